import { DestroyRef, inject, Injectable, signal } from '@angular/core';

const MINUTE_MS = 60_000;

/** What time it is, for texts that grow old. Milliseconds since 1970. */
@Injectable({ providedIn: 'root' })
export class Clock {
  /** Changes every minute. */
  readonly minute = signal(Date.now());

  constructor() {
    const timer = setInterval(() => this.minute.set(Date.now()), MINUTE_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
