import { Injectable, signal } from '@angular/core';
import { pauseAfter } from './pause-after.js';

/** Whoever is silent for so long is asked whether they are there, in milliseconds. */
export const PATIENCE_MS = 5_000;

/** Whether the API answers. Once it does not, it is tried again without an end, and then all that is shown is asked anew. */
@Injectable({ providedIn: 'root' })
export class Reach {
  readonly isAway = signal(false);
  /** How often it came back. */
  readonly returns = signal(0);
  private back: Promise<void> = Promise.resolve();

  /**
   * As the browser's own, of what is answered whole. It may take as long as it takes while anybody is there; where nobody
   * is, as on a connection that is gone silently, it is given up.
   * @throws TypeError as the browser's own
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const given = new AbortController();
    const look = async () => {
      if (!(await this.isThere())) given.abort(new TypeError('Nobody answers.'));
    };
    const timer = setInterval(() => void look(), PATIENCE_MS);
    try {
      const signals = [given.signal, ...(init?.signal ? [init.signal] : [])];
      // eslint-disable-next-line no-restricted-globals -- the page asks the server that it came from
      const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
      return new Response(await response.blob(), response);
    } finally {
      clearInterval(timer);
    }
  };

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

  private async isThere(): Promise<boolean> {
    if (await lookThere()) return true;
    this.notice();
    return false;
  }

  private async wait(): Promise<void> {
    let tries = 0;
    do await pauseAfter(tries++);
    while (!(await lookThere())?.ok);
    this.isAway.set(false);
    this.returns.update((count) => count + 1);
  }
}

/** What whoever is there says of itself; undefined when nobody does. */
async function lookThere(): Promise<Response | undefined> {
  try {
    // eslint-disable-next-line no-restricted-globals -- the page asks the server that it came from
    return await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return undefined;
  }
}
