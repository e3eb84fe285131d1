import type { JsonObject } from '@tenon/base';

/** How far the answer to a call is. `aborted`: the client left; `faulted`: the script broke it. */
export type ScriptedCallState = 'answering' | 'held' | 'answered' | 'aborted' | 'faulted';

/** One request for a reply, as it arrived. */
export interface ScriptedCall {
  /** Position among all calls, from 1. */
  readonly index: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly idempotencyKey?: string;
  readonly receivedAt: number;
  /** When it was answered or broken, or its client left. */
  readonly endedAt?: number;
  readonly state: ScriptedCallState;
}

/** Exact counts over all calls since the start or the last reset. */
export interface ScriptedCounts {
  readonly total: number;
  readonly aborted: number;
  /** Replies that wait for a release now. */
  readonly held: number;
  readonly byKey: Readonly<Record<string, number>>;
}

type Held = { readonly call: ScriptedCall; readonly release: () => void };

/** Bodies of at most this many calls are kept, the newest; counts are always exact. */
const KEPT_CALLS = 20_000;

/** The record of the calls, the replies on hold, and those who wait for either. */
export class ScriptedCalls {
  private kept: ScriptedCall[] = [];
  private total = 0;
  private aborted = 0;
  private readonly byKey = new Map<string, number>();
  private held: Held[] = [];
  private watchers = new Set<() => void>();

  list(): readonly ScriptedCall[] {
    return this.kept;
  }

  counts(): ScriptedCounts {
    const byKey = Object.fromEntries(this.byKey);
    return { total: this.total, aborted: this.aborted, held: this.held.length, byKey };
  }

  add(call: Omit<ScriptedCall, 'index' | 'state' | 'receivedAt'>): { call: ScriptedCall; ofKey: number } {
    this.total += 1;
    const entry: ScriptedCall = { ...call, index: this.total, state: 'answering', receivedAt: Date.now() };
    this.kept.push(entry);
    if (this.kept.length > KEPT_CALLS) this.kept.shift();
    const key = call.idempotencyKey;
    const ofKey = key === undefined ? 1 : (this.byKey.get(key) ?? 0) + 1;
    if (key !== undefined) this.byKey.set(key, ofKey);
    this.notify();
    return { call: entry, ofKey };
  }

  setState(call: ScriptedCall, state: ScriptedCallState): void {
    if (state === 'aborted') this.aborted += 1;
    const entry = call as { state: ScriptedCallState; endedAt?: number };
    entry.state = state;
    if (state !== 'held' && state !== 'answering') entry.endedAt = Date.now();
    this.notify();
  }

  /** Resolves when the reply is released or its client leaves. */
  hold(call: ScriptedCall, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const held: Held = {
        call,
        release: () => {
          this.held = this.held.filter((other) => other !== held);
          signal.removeEventListener('abort', held.release);
          if (!signal.aborted) this.setState(call, 'answering');
          resolve();
        },
      };
      this.held.push(held);
      this.setState(call, 'held');
      signal.addEventListener('abort', held.release);
    });
  }

  /** Lets the oldest `count` held replies go on, all of them by default. Returns how many there were. */
  release(count = Infinity): number {
    const released = this.held.slice(0, count);
    for (const held of released) held.release();
    return released.length;
  }

  /** Forgets calls and counts; replies on hold stay on hold. */
  reset(): void {
    this.kept = [];
    this.total = 0;
    this.aborted = 0;
    this.byKey.clear();
  }

  /** Resolves once `isReached(counts)`. @throws Error that names `what` and the counts, after `timeoutMs` */
  waitUntil(isReached: (counts: ScriptedCounts) => boolean, what: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!isReached(this.counts())) return;
        this.watchers.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(check);
        const { total, held, aborted } = this.counts();
        reject(new Error(`No ${what} within ${timeoutMs} ms: ${total} calls, ${held} held, ${aborted} aborted.`));
      }, timeoutMs);
      this.watchers.add(check);
      check();
    });
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
