import { setTimeout as delay } from 'node:timers/promises';
import { launcherErrors } from './errors.js';
import { causeCodeOf, describeExit, reasonOfEnd, type Running } from './running.js';

/** What the status file says of one process. */
export interface ProcessStatus {
  readonly name: string;
  readonly state: 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped';
  /** Since when it is in this state, ISO 8601. */
  readonly since: string;
  readonly pid?: number;
  /** Together with the pid it names the process for good. */
  readonly startedAt?: string;
  /** How often it was started again because it had ended. */
  readonly restarts: number;
  /** One sentence: why it ended last, or what is wrong with it now. */
  readonly lastError?: string;
  /** Its code, where it has one. */
  readonly lastErrorCode?: string;
}

/** How a process is started and watched. */
export interface SupervisedOptions<R extends Running> {
  readonly name: string;
  /** Resolves when it serves. Is called again after it has died. */
  readonly start: (signal: AbortSignal) => Promise<R>;
  readonly onChange: (status: ProcessStatus) => void;
  /** Waits before the first, second … new start; the last one is kept. In milliseconds. */
  readonly backoffMs?: readonly number[];
  /** Up for that long, it counts as healthy again and the waits begin anew. */
  readonly healthyAfterMs?: number;
  /** Between two looks at it, and how long it may take to answer. In milliseconds. */
  readonly checkEveryMs?: number;
}

const BACKOFF_MS = [100, 500, 1000, 2000, 5000, 10_000];
const HEALTHY_AFTER_MS = 30_000;
const CHECK_EVERY_MS = 5000;
/** Looks in a row that a process may leave without an answer before it counts as hanging. */
const MAX_MISSED = 3;

/**
 * Keeps one process running: starts it again, with growing waits, whenever it ends without being told to, and ends it when
 * it hangs.
 */
export class Supervised<R extends Running = Running> {
  private current: R | undefined;
  private work: Promise<void> = Promise.resolve();
  private readonly ending = new AbortController();
  private status: ProcessStatus;

  constructor(private readonly options: SupervisedOptions<R>) {
    this.status = { name: options.name, state: 'waiting', since: new Date().toISOString(), restarts: 0 };
  }

  /** The name of the process. */
  get name(): string {
    return this.options.name;
  }

  /** How the process is now. */
  get state(): ProcessStatus {
    return this.status;
  }

  /**
   * Starts it for the first time and resolves when it serves. From then on it is kept running.
   * @throws what the start throws: a first start is not tried again
   */
  async start(): Promise<R> {
    this.change({ state: 'starting' });
    const first = this.startFirst();
    this.work = first.then(
      () => this.keep(),
      () => {}, // whoever called start() is told
    );
    return first;
  }

  private async startFirst(): Promise<R> {
    const { signal } = this.ending;
    try {
      const running = await this.options.start(signal);
      if (signal.aborted) await running.stop();
      signal.throwIfAborted();
      this.adopt(running);
      return running;
    } catch (error) {
      this.change({ state: 'stopped', ...failureOf(error) });
      throw error;
    }
  }

  /** Ends it so that it is started again at once, such as after a new build. */
  async restart(): Promise<void> {
    await this.current?.stop();
  }

  /** Ends it for good, also in the middle of a start. */
  async stop(): Promise<void> {
    if (this.status.state === 'waiting' || this.status.state === 'stopped') return;
    this.change({ state: 'stopping' });
    this.ending.abort(launcherErrors.interrupted(`${this.name} was told to end.`));
    await this.current?.stop();
    await this.work;
    this.change({ state: 'stopped' });
  }

  /** Kills it for good. */
  async kill(): Promise<void> {
    this.ending.abort();
    await this.current?.kill();
  }

  private adopt(running: R): void {
    this.current = running;
    this.change({ state: 'ready', pid: running.pid, startedAt: running.startedAt });
  }

  private async keep(): Promise<void> {
    let tries = 0;
    while (this.current && !this.ending.signal.aborted) {
      const startedMs = Date.now();
      const howItEnded = await this.watch(this.current);
      const code = this.current.failureCode?.();
      this.current = undefined;
      if (this.ending.signal.aborted) return;
      if (Date.now() - startedMs >= (this.options.healthyAfterMs ?? HEALTHY_AFTER_MS)) tries = 0;
      this.change({
        state: 'restarting',
        restarts: this.status.restarts + 1,
        lastError: `${this.name} ${howItEnded}`,
        ...(code !== undefined && { lastErrorCode: code }),
      });
      while (!this.current && !this.ending.signal.aborted) await this.startAgain(tries++);
    }
  }

  private async startAgain(tries: number): Promise<void> {
    const waits = this.options.backoffMs ?? BACKOFF_MS;
    const { signal } = this.ending;
    await delay(waits[Math.min(tries, waits.length - 1)], undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      const running = await this.options.start(signal);
      if (signal.aborted) await running.stop();
      else this.adopt(running);
    } catch (error) {
      if (!signal.aborted) this.change(failureOf(error));
    }
  }

  /** Looks after it until its end, and says how it ended. */
  private async watch(running: R): Promise<string> {
    const over = new AbortController();
    const isHung = this.checkUntil(running, over.signal);
    const exit = await running.exited;
    over.abort();
    if (await isHung) return 'did not answer any more and was killed';
    const reason = reasonOfEnd(exit, running.lastLines());
    return `${describeExit(exit)}${reason && `: ${reason}`}`;
  }

  /** Asks it from time to time whether something is wrong. Kills it when it hangs, and then gives true. */
  private async checkUntil(running: R, over: AbortSignal): Promise<boolean> {
    const everyMs = this.options.checkEveryMs ?? CHECK_EVERY_MS;
    for (let missed = 0; missed < MAX_MISSED;) {
      await delay(everyMs, undefined, { signal: over, ref: false }).catch(() => {});
      const problem = over.aborted ? undefined : await running.findProblem?.();
      if (problem && problem !== this.status.lastError && !over.aborted) this.change({ lastError: problem });
      const isThere = over.aborted || ((await running.answers?.(AbortSignal.timeout(everyMs))) ?? true);
      if (over.aborted) return false;
      missed = isThere ? 0 : missed + 1;
    }
    await running.kill();
    return true;
  }

  private change(change: Partial<ProcessStatus>): void {
    const { pid, startedAt, lastErrorCode, ...rest } = this.status;
    const state = change.state ?? this.status.state;
    const hasProcess = state === 'ready' || state === 'stopping';
    this.status = {
      ...rest,
      ...(hasProcess && pid !== undefined && { pid }),
      // a new error is not of the old one's kind
      ...(change.lastError === undefined && lastErrorCode !== undefined && { lastErrorCode }),
      ...(hasProcess && startedAt !== undefined && { startedAt }),
      ...change,
      since: state === this.status.state ? this.status.since : new Date().toISOString(),
    };
    this.options.onChange(this.status);
  }
}

function failureOf(error: unknown): Pick<ProcessStatus, 'lastError' | 'lastErrorCode'> {
  const code = causeCodeOf(error);
  return { lastError: (error as Error).message, ...(code !== undefined && { lastErrorCode: code }) };
}
