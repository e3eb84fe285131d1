import { computed, effect, signal, untracked, type Signal } from '@angular/core';

/** So long after the last key, in milliseconds, somebody has typed what they mean. */
const PAUSE_MS = 200;

/** What was typed, once it has stood for a moment; what is there at first, at once. Call it where `inject` may be called. */
export function settled(typed: Signal<string>): Signal<string> {
  const value = signal<string | undefined>(undefined);
  effect((onCleanup) => {
    const now = typed();
    if (untracked(value) === undefined) return value.set(now);
    const timer = setTimeout(() => value.set(now), PAUSE_MS);
    onCleanup(() => clearTimeout(timer));
  });
  return computed(() => value() ?? typed());
}
