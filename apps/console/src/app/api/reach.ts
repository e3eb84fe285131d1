import { computed, Injectable, signal } from '@angular/core';
import { pauseAfter } from './pause-after.js';
import { orUnanswered } from './problem.js';

/** Whoever is silent for so long is asked whether they are there, in milliseconds. */
export const PATIENCE_MS = 5_000;

/** How the API stands: `unable` when it answers, and what it keeps things in takes nothing. */
export type Standing = 'there' | 'unable' | 'away';

const ORDER: readonly Standing[] = ['away', 'unable', 'there'];

/** Whether the API answers and serves. Once it does not, it is asked until it does, and then all that is shown is asked anew. */
@Injectable({ providedIn: 'root' })
export class Reach {
  readonly standing = signal<Standing>('there');
  readonly isAway = computed(() => this.standing() === 'away');
  /** Why it is unable, as far as it says. */
  readonly reason = signal('');
  /** How often it came back, or became able again. */
  readonly returns = signal(0);
  private back = Promise.resolve();
  private resolveBack: () => void = () => undefined;
  private isWatching = false;

  /**
   * As the browser's own, of what is answered whole. It may take as long as it takes while anybody is there; where nobody
   * is, as on a connection that is gone silently, it is given up.
   * @throws Unanswered; the reason of the given signal
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
      const response = await orUnanswered(fetch(input, { ...init, signal: AbortSignal.any(signals) }));
      return new Response(await orUnanswered(response.blob()), response);
    } finally {
      clearInterval(timer);
    }
  };

  /** A request had no answer. */
  notice(): void {
    this.stand('away');
  }

  /** The API answered that it cannot serve. */
  noticeUnable(): void {
    if (!this.isAway()) this.stand('unable', this.reason());
  }

  /** Fulfils when the API answers, able or not. */
  whenBack(): Promise<void> {
    return this.back;
  }

  private async isThere(): Promise<boolean> {
    if (await lookThere()) return true;
    this.notice();
    return false;
  }

  private stand(next: Standing, reason = ''): void {
    const before = this.standing();
    this.standing.set(next);
    this.reason.set(reason);
    if (next === 'away' && before !== 'away') this.back = new Promise((resolve) => (this.resolveBack = resolve));
    if (next !== 'away') this.resolveBack();
    if (ORDER.indexOf(next) > ORDER.indexOf(before)) this.returns.update((count) => count + 1);
    if (next !== 'there' && !this.isWatching) void this.watch();
  }

  private async watch(): Promise<void> {
    this.isWatching = true;
    for (let tries = 0; this.standing() !== 'there'; tries += 1) {
      await pauseAfter(tries);
      const health = await lookThere();
      if (health) this.stand(health.status === 'ok' ? 'there' : 'unable', health.reason);
      else this.stand('away');
    }
    this.isWatching = false;
  }
}

interface Health {
  readonly status: string;
  readonly reason?: string;
}

/** What the API says of itself; undefined when it says nothing, whatever somebody before it says. */
async function lookThere(): Promise<Health | undefined> {
  try {
    // eslint-disable-next-line no-restricted-globals -- the page asks the server that it came from
    const response = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) });
    return (await response.json()) as Health;
  } catch {
    return undefined;
  }
}
