import { Injectable, signal } from '@angular/core';
import { browserStore } from '../api/stores.js';

/** What a person may switch off: that steps are read out, and keys that are single letters or signs. */
export const AIDS = ['announcesRuns', 'hasLetterKeys'] as const;
export type Aid = (typeof AIDS)[number];

const storedAs = (aid: Aid) => `tenon.${aid}`;
const stored = (aid: Aid) => signal(browserStore.read(storedAs(aid)) !== 'false');

/** How this browser helps whoever does not see the page, or does not point. */
@Injectable({ providedIn: 'root' })
export class Aids {
  private readonly chosen = { announcesRuns: stored('announcesRuns'), hasLetterKeys: stored('hasLetterKeys') };
  readonly announcesRuns = this.chosen.announcesRuns.asReadonly();
  readonly hasLetterKeys = this.chosen.hasLetterKeys.asReadonly();

  use(aid: Aid, isOn: boolean): void {
    browserStore.write(storedAs(aid), String(isOn));
    this.chosen[aid].set(isOn);
  }
}
