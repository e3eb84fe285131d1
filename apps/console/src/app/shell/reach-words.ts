import { computed, inject, type Signal } from '@angular/core';
import { Reach } from '../api/reach.js';
import { Texts } from '../language/texts.js';

/** What is said of the API while it does not answer or cannot serve. Call it where `inject` may be called. */
export function reachWords(): Signal<{ readonly title: string; readonly text: string } | undefined> {
  const [reach, texts] = [inject(Reach), inject(Texts)];
  return computed(() => {
    const standing = reach.standing();
    if (standing === 'there') return undefined;
    const message = reach.reason();
    const reason = message && texts.why({ code: 'database.unavailable', message });
    return { title: texts.t(`${standing}.title`), text: reason || texts.t(`${standing}.text`) };
  });
}
