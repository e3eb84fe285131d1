import { LiveAnnouncer } from '@angular/cdk/a11y';
import { effect, inject, type Signal } from '@angular/core';
import { Texts } from '../language/texts.js';

/** People who type are told once they pause, in milliseconds. */
const PAUSE_MS = 500;

/**
 * Says to people who do not see a list how much a search has found. Call it where `inject` may be called.
 * @param sought  what is looked for; what a page opens with is not announced
 * @param count   undefined while it is not known
 */
export function announceFound(sought: Signal<string>, count: Signal<number | undefined>): void {
  const announcer = inject(LiveAnnouncer);
  const { t } = inject(Texts);
  let told: string | undefined;
  effect((onCleanup) => {
    const [now, found] = [sought(), count()];
    if (found === undefined || now === told) return;
    if (told === undefined) return void (told = now);
    const timer = setTimeout(() => {
      told = now;
      void announcer.announce(t('state.found', { count: found }), 'polite');
    }, PAUSE_MS);
    onCleanup(() => clearTimeout(timer));
  });
}
