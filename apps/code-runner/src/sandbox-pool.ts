import { defineErrors } from '@tenon/base';
import type { Job, Outcome, Sandbox } from './sandbox.js';

/** Failures of finding a place to run in; `code.unavailable` is worth another try. */
export const poolErrors = defineErrors('code', { unavailable: 'unavailable' });

export interface PoolOptions {
  /** Jobs that run at the same time; the others wait in the order in which they came. */
  readonly limit: number;
  /** Started sandboxes that stand ready beside the busy ones, from the first use on. */
  readonly keepWarm: number;
  /** After so long without a job every sandbox leaves. */
  readonly idleMs: number;
  /** Jobs that may wait; one more is refused. */
  readonly maxWaiting: number;
}

/** Sandboxes that one job may find dead. */
const ATTEMPTS = 3;

interface Ticket {
  readonly give: (sandbox: Sandbox) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Hands each job a sandbox of its own, keeps the next one warm, and never has more than `limit` at work. */
export class SandboxPool {
  readonly #warm: Sandbox[] = [];
  readonly #busy = new Set<Sandbox>();
  readonly #waiting: Ticket[] = [];
  #starting = 0;
  /** Busy ones that are still ending count too: their memory is not free yet. */
  #taken = 0;
  #isInUse = false;
  #isClosed = false;
  #idleTimer: NodeJS.Timeout | undefined;

  readonly #start: () => Promise<Sandbox>;
  readonly #options: PoolOptions;

  constructor(start: () => Promise<Sandbox>, options: PoolOptions) {
    this.#start = start;
    this.#options = options;
  }

  /**
   * Runs `job` as soon as a place is free, and calls `onTaken` then. Aborting `signal` takes it out of the queue or kills its sandbox at once.
   * @throws  `code.unavailable` when no sandbox can be started or too many jobs wait; the reason of `signal`
   */
  async run(job: Job, signal: AbortSignal, onTaken?: () => void): Promise<Outcome> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const sandbox = await this.#acquire(signal);
      onTaken?.();
      try {
        const outcome = await sandbox.run(job, signal);
        if (outcome) return outcome;
      } finally {
        void this.#release(sandbox);
      }
    }
    throw poolErrors.unavailable('The sandboxes die before they take any code; the computer may be out of memory.');
  }

  /** As after the idle time: once no job is there, no sandbox is. */
  rest(): void {
    if (this.#waiting.length > 0) return;
    this.#isInUse = false;
    this.#restIfIdle();
  }

  /** Sandboxes by what they do, and jobs that wait for one. */
  get load(): { readonly busy: number; readonly ready: number; readonly starting: number; readonly waiting: number } {
    const [busy, ready] = [this.#taken, this.#warm.length];
    return { busy, ready, starting: this.#starting, waiting: this.#waiting.length };
  }

  /** Kills everything; what runs or waits is refused. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idleTimer);
    for (const ticket of this.#waiting.splice(0)) ticket.refuse(poolErrors.unavailable('The code runner is ending.'));
    for (const sandbox of [...this.#warm.splice(0), ...this.#busy]) sandbox.kill();
  }

  #acquire(signal: AbortSignal): Promise<Sandbox> {
    signal.throwIfAborted();
    if (this.#isClosed) throw poolErrors.unavailable('The code runner is ending.');
    if (this.#waiting.length >= this.#options.maxWaiting) {
      throw poolErrors.unavailable(`${this.#options.maxWaiting} other executions wait already; try again later.`);
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = this.#waiting.indexOf(ticket);
        if (at >= 0) this.#waiting.splice(at, 1);
        this.#restIfIdle();
        reject(signal.reason as Error);
      };
      const settle = () => signal.removeEventListener('abort', leave);
      const ticket: Ticket = {
        give: (sandbox) => (settle(), resolve(sandbox)),
        refuse: (reason) => (settle(), reject(reason as Error)),
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(ticket);
      this.#isInUse = true;
      clearTimeout(this.#idleTimer);
      this.#fill();
    });
  }

  #fill(): void {
    const { limit, keepWarm } = this.#options;
    while (this.#waiting.length > 0 && this.#warm.length > 0 && this.#taken < limit) {
      const sandbox = this.#warm.shift()!;
      this.#taken++;
      this.#busy.add(sandbox);
      this.#waiting.shift()!.give(sandbox);
    }
    const kept = this.#isInUse ? keepWarm : 0;
    const wanted = Math.max(Math.min(this.#waiting.length, limit - this.#taken), kept);
    for (let missing = wanted - this.#warm.length - this.#starting; missing > 0; missing--) void this.#startOne();
  }

  async #startOne(): Promise<void> {
    this.#starting++;
    try {
      const sandbox = await this.#start();
      this.#starting--;
      if (this.#isClosed || !this.#isInUse) return sandbox.kill();
      this.#warm.push(sandbox);
      void sandbox.ended.then(() => this.#forget(sandbox));
      this.#fill();
    } catch (cause) {
      this.#starting--;
      // One attempt per waiting job: a broken installation answers everybody instead of trying for ever.
      const ticket = this.#waiting.shift();
      if (!ticket) return;
      const reason = cause instanceof Error ? cause.message : String(cause);
      ticket.refuse(poolErrors.unavailable(`No sandbox could be started: ${reason}`, { cause }));
      if (this.#waiting.length > 0) this.#fill();
      else this.#restIfIdle();
    }
  }

  async #release(sandbox: Sandbox): Promise<void> {
    if (!sandbox.isReusable || this.#isClosed) {
      sandbox.kill();
      await sandbox.ended;
    }
    this.#busy.delete(sandbox);
    this.#taken--;
    if (this.#isClosed) return;
    if (sandbox.isReusable) this.#warm.push(sandbox);
    this.#fill();
    this.#restIfIdle();
  }

  #restIfIdle(): void {
    if (this.#taken > 0 || this.#waiting.length > 0 || this.#isClosed) return;
    clearTimeout(this.#idleTimer);
    if (!this.#isInUse) for (const sandbox of this.#warm.splice(0)) sandbox.kill();
    else this.#idleTimer = setTimeout(() => this.rest(), this.#options.idleMs).unref();
  }

  #forget(sandbox: Sandbox): void {
    const at = this.#warm.indexOf(sandbox);
    if (at >= 0) this.#warm.splice(at, 1);
  }
}
