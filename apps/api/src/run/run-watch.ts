import type { RunId } from '@tenon/base';
import { CHANNELS, Listener } from '@tenon/database';
import { Injectable } from '@nestjs/common';

/** Longest and shortest wait for a bell, in milliseconds: a lost bell costs no more, and a quiet run asks seldom. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** However many wait, one of them asks so often: what is new is told by the bell, and work that comes has to get through. */
const SHARE_MS = 5;

/** Tells who waits that there is news of a run. */
@Injectable()
export class RunWatch {
  private readonly waiting = new Map<RunId, Set<() => void>>();
  private count = 0;

  constructor(listener: Listener) {
    listener.on(CHANNELS.run, (payload) => this.wake(payload));
  }

  /** Whether anybody watches the run. */
  isWatched(runId: RunId): boolean {
    return this.waiting.has(runId);
  }

  /** A watch on one run. Bells that ring between two waits are not missed. */
  watch(runId: RunId): RunBellWaiter {
    let isRung = false;
    let isClosed = false;
    let waitMs = FIRST_WAIT_MS;
    let wakeUp: (() => void) | undefined;
    const ring = () => {
      isRung = true;
      wakeUp?.();
    };
    const others = this.waiting.get(runId) ?? new Set();
    this.waiting.set(runId, others.add(ring));
    this.count += 1;
    const longestWaitMs = () => Math.max(LONGEST_WAIT_MS, this.count * SHARE_MS);
    return {
      news: () =>
        new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer);
            wakeUp = undefined;
            waitMs = isRung ? FIRST_WAIT_MS : Math.min(waitMs * 2, longestWaitMs());
            isRung = false;
            resolve();
          };
          const timer = setTimeout(done, waitMs);
          wakeUp = done;
          if (isRung) done();
        }),
      get isClosed() {
        return isClosed;
      },
      close: () => {
        if (!isClosed) this.count -= 1;
        isClosed = true;
        others.delete(ring);
        if (others.size === 0) this.waiting.delete(runId);
        ring();
      },
    };
  }

  // An empty bell rings for everybody: the connection was lost, and with it any number of bells.
  private wake(payload: string): void {
    if (payload === '') for (const rings of this.waiting.values()) rings.forEach((ring) => ring());
    else for (const id of payload.split(',')) this.waiting.get(id as RunId)?.forEach((ring) => ring());
  }
}

export interface RunBellWaiter {
  /** Resolves when there may be news. */
  news(): Promise<void>;
  /** Wakes whoever waits, for the last time. */
  close(): void;
  readonly isClosed: boolean;
}
