import { Component, computed, input } from '@angular/core';

/** The picture of an app: its emoji on its colour, else the first letter of its name. */
@Component({
  selector: 'tn-app-icon',
  host: { '[style.background]': 'background()', 'aria-hidden': 'true' },
  template: '{{ sign() }}',
  styles: `
    :host {
      display: inline-grid;
      place-items: center;
      flex: none;
      width: 36px;
      height: 36px;
      border: 1px solid rgb(0 0 0 / 8%);
      border-radius: var(--radius-card);
      color: #14171f;
      font-size: 18px;
    }
  `,
})
export class AppIcon {
  readonly icon = input('');
  readonly name = input('');
  /** Of the app file; anything but a colour in hexadecimal is not taken. */
  readonly color = input('');

  protected readonly background = computed(() => (/^#[0-9a-f]{3,8}$/i.test(this.color()) ? this.color() : '#dfe6fb'));
  protected readonly sign = computed(() => {
    const isEmoji = /^\p{Extended_Pictographic}/u.test(this.icon());
    return isEmoji ? this.icon() : ([...this.name().trim()][0] ?? '·').toUpperCase();
  });
}
