import { DestroyRef, inject, Injectable, signal } from '@angular/core';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** What time it is, for texts that grow old. Milliseconds since 1970. */
@Injectable({ providedIn: 'root' })
export class Clock {
  /** Changes every minute. */
  readonly minute = signal(Date.now());
  /** Changes every second: for what is under way. */
  readonly second = signal(Date.now());

  constructor() {
    const timers = [
      setInterval(() => this.minute.set(Date.now()), MINUTE_MS),
      setInterval(() => this.second.set(Date.now()), SECOND_MS),
    ];
    inject(DestroyRef).onDestroy(() => timers.forEach(clearInterval));
  }
}
