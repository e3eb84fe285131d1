import { inject, Injectable } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import type { TextKey } from '../language/dictionary.js';
import { Texts, type TextValues } from '../language/texts.js';

/** How long it stays, in milliseconds. */
const STAYS_MS = 6_000;

/** Says what came of something that a person has just done. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  private readonly bar = inject(MatSnackBar);
  private readonly texts = inject(Texts);

  tell(text: TextKey, values?: TextValues): void {
    this.bar.open(this.texts.t(text, values), undefined, {
      ...{ duration: STAYS_MS, horizontalPosition: 'start', verticalPosition: 'bottom', politeness: 'polite' },
    });
  }
}
