import { modelErrors } from '@tenon/ports';

/** How long to wait for a model, in milliseconds. */
export interface PatienceLimits {
  /** From the request to the first piece of the answer. */
  readonly firstTokenMs: number;
  /** Between two pieces. */
  readonly idleMs: number;
}

/** The end of one call: its caller's signal and the time-outs, as one signal whose reason is what to throw. */
export class Patience {
  private readonly abort = new AbortController();
  private timer?: NodeJS.Timeout;
  private hasToken = false;
  private readonly onAbort = () => this.abort.abort(this.caller.reason);

  constructor(
    private readonly caller: AbortSignal,
    private readonly limits: PatienceLimits,
    private readonly who: string,
  ) {
    caller.throwIfAborted();
    caller.addEventListener('abort', this.onAbort);
    this.start(limits.firstTokenMs, 'did not begin to answer');
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Waits for a piece; only this wait counts, not what the reader does in between. */
  async next<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
    if (this.hasToken) this.start(this.limits.idleMs, 'stopped in the middle of its answer');
    const result = await iterator.next();
    if (this.hasToken) clearTimeout(this.timer);
    return result;
  }

  /** The answer has begun. */
  onToken(): void {
    if (this.hasToken) return;
    this.hasToken = true;
    clearTimeout(this.timer);
  }

  /** Frees what was held, and the connection if the reply was not read to its end. */
  end(): void {
    clearTimeout(this.timer);
    this.caller.removeEventListener('abort', this.onAbort);
    if (!this.abort.signal.aborted) this.abort.abort(new Error('The reader of this answer left.'));
  }

  private start(withinMs: number, what: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.abort.abort(modelErrors.timedOut(`${this.who} ${what} within ${withinMs / 1000} s.`));
    }, withinMs);
  }
}
