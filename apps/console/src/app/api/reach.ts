import { Injectable, signal } from '@angular/core';

const WAITS_MS = [250, 500, 1_000, 2_000];

/** Whether the API answers. Once it does not, it is tried again without an end, and then all that is shown is asked anew. */
@Injectable({ providedIn: 'root' })
export class Reach {
  readonly isAway = signal(false);
  /** How often it came back. */
  readonly returns = signal(0);
  private back: Promise<void> = Promise.resolve();

  /** A request had no answer. */
  notice(): void {
    if (this.isAway()) return;
    this.isAway.set(true);
    this.back = this.wait();
  }

  /** Fulfils when the API answers. */
  whenBack(): Promise<void> {
    return this.back;
  }

  private async wait(): Promise<void> {
    for (let tries = 0; !(await answers()); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]));
    this.isAway.set(false);
    this.returns.update((count) => count + 1);
  }
}

async function answers(): Promise<boolean> {
  try {
    // eslint-disable-next-line no-restricted-globals -- the page asks the server that it came from
    return (await fetch('/health', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
