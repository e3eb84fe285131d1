import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Texts } from '../language/texts.js';

/** Characters that are shown before the rest is asked for: a browser stands still over megabytes of text. */
const SHOWN = 20_000;

/** A recorded value as text: texts as they are, all else as JSON. */
@Component({
  selector: 'tn-value-view',
  imports: [MatButtonModule],
  template: `
    <pre tabindex="0">{{ shown() }}</pre>
    <div class="acts">
      @if (shown().length < text().length) {
        <button mat-button (click)="isWhole.set(true)">{{ t('value.all') }}</button>
      }
      <button mat-button (click)="copy()">{{ t('act.copy') }}</button>
    </div>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    pre {
      max-height: 320px;
      margin: 0;
      padding: var(--space-3);
      overflow: auto;
      border-radius: var(--radius-field);
      background: var(--surface-1);
      font-size: 12px;
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    .acts {
      display: flex;
      justify-content: flex-end;
    }
  `,
})
export class ValueView {
  readonly value = input.required<unknown>();

  protected readonly t = inject(Texts).t;
  protected readonly isWhole = linkedSignal(() => (this.value(), false));
  protected readonly text = computed(() => {
    const value = this.value();
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  });
  protected readonly shown = computed(() => (this.isWhole() ? this.text() : this.text().slice(0, SHOWN)));

  protected async copy(): Promise<void> {
    await navigator.clipboard.writeText(this.text());
  }
}
