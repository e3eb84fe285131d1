import { linkedSignal, type Signal } from '@angular/core';

/** A value, and while there is none the one before it, such as what was found for the words before. */
export function lastKnown<Value>(value: Signal<Value | undefined>): Signal<Value | undefined> {
  return linkedSignal<Value | undefined, Value | undefined>({
    source: value,
    computation: (now, before) => now ?? before?.value,
  });
}
