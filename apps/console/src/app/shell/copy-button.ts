import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Clipboard } from '@angular/cdk/clipboard';
import { Component, inject, input, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Texts } from '../language/texts.js';

const COPIED_MS = 2_000;

/** Copies a text, and says that it did. */
@Component({
  selector: 'tn-copy-button',
  imports: [MatButtonModule],
  template: `<button mat-button type="button" (click)="copy()">
    {{ isCopied() ? t('act.copied') : label() || t('act.copy') }}
  </button>`,
})
export class CopyButton {
  private readonly clipboard = inject(Clipboard);
  private readonly announcer = inject(LiveAnnouncer);
  /** Made when it is asked for: it may be long. */
  readonly of = input.required<() => string>();
  /** What is copied, where that is not what stands beside it. */
  readonly label = input('');

  protected readonly t = inject(Texts).t;
  protected readonly isCopied = signal(false);

  protected copy(): void {
    if (!this.clipboard.copy(this.of()())) return;
    this.isCopied.set(true);
    void this.announcer.announce(this.t('act.copied'));
    setTimeout(() => this.isCopied.set(false), COPIED_MS);
  }
}
