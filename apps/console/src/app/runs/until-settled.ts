import { computed, effect, untracked } from '@angular/core';
import type { Asked } from '../api/ask.js';
import type { RunStatus } from '../api/schema.generated.js';
import { isOver } from './run-state.js';

const PAUSE_MS = 1_000;
/** A worker that has not written by then, and is still heard of, does something else. */
const TRIES = 120;

/**
 * A run that has ended is asked for again until its steps have recorded what they said and used; one that was given up
 * does so a moment after the end. Call it where `inject` may be called.
 */
export function untilSettled(
  asked: Pick<Asked<unknown>, 'reload'>,
  record: () => { readonly id: string; readonly status: RunStatus; readonly isSettled: boolean } | null | undefined,
): void {
  const awaited = computed(() => {
    const run = record();
    return run && isOver(run.status) && !run.isSettled ? run.id : undefined;
  });
  effect((onCleanup) => {
    if (!awaited()) return;
    let tries = 0;
    const timer = setInterval(() => {
      if ((tries += 1) >= TRIES) clearInterval(timer);
      untracked(() => asked.reload());
    }, PAUSE_MS);
    onCleanup(() => clearInterval(timer));
  });
}
