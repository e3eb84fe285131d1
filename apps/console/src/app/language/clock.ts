import { DestroyRef, inject, Injectable, signal } from '@angular/core';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** What time it is for the API, for texts that grow old: a browser's clock may be wrong. Milliseconds since 1970. */
@Injectable({ providedIn: 'root' })
export class Clock {
  /** What is put to the browser's time; none as long as that agrees with the API. */
  private offset = 0;
  /** Changes every minute. */
  readonly minute = signal(this.now());
  /** Changes every second: for what is under way. */
  readonly second = signal(this.now());

  constructor() {
    const timers = [
      setInterval(() => this.minute.set(this.now()), MINUTE_MS),
      setInterval(() => this.second.set(this.now()), SECOND_MS),
    ];
    inject(DestroyRef).onDestroy(() => timers.forEach(clearInterval));
  }

  now(): number {
    return Date.now() + this.offset;
  }

  /** As a given `fetch`; the clock is set by what the answers say of the time. */
  setBy(ask: typeof fetch): typeof fetch {
    return async (input, init) => {
      const sent = Date.now();
      const response = await ask(input, init);
      this.hear(Date.parse(response.headers.get('date') ?? ''), sent, Date.now());
      return response;
    };
  }

  /**
   * An answer was written in some moment between the two, in the second that its `Date` names: what is between these bounds
   * cannot be told from the truth. With each answer they are others, and so the clock comes near it.
   */
  private hear(second: number, sent: number, received: number): void {
    if (Number.isNaN(second)) return;
    const before = this.offset;
    this.offset = Math.min(Math.max(before, second - received), second + SECOND_MS - sent);
    if (Math.abs(this.offset - before) < SECOND_MS) return;
    this.minute.set(this.now());
    this.second.set(this.now());
  }
}
