/**
 * Who may use the model now. First come, first served.
 *
 * Q1 At most `parallel` turns at once, all of the same model.
 * Q2 A turn alone runs with no other, and none overtakes it while it waits.
 * Q3 At most `capacity` wait; further ones are refused at once.
 */
import { chatErrors } from './errors.js';

/** A wish to use the model of that id. */
export interface TurnRequest {
  readonly model: string;
  readonly isAlone: boolean;
  /** Aborting it leaves the queue. */
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly request: TurnRequest;
  readonly enter: () => void;
}

export interface TurnQueueOptions {
  readonly parallel: number;
  readonly capacity: number;
  /** What a refused caller is told to wait, in milliseconds. */
  readonly retryAfterMs: number;
}

export class TurnQueue {
  private readonly waiters: Waiter[] = [];
  private readonly active = new Set<TurnRequest>();

  private readonly onDrained: (() => void)[] = [];

  constructor(private readonly options: TurnQueueOptions) {}

  /** How many are served, and how many wait. */
  get size(): { readonly active: number; readonly waiting: number } {
    return { active: this.active.size, waiting: this.waiters.length };
  }

  /**
   * Waits for the caller's turn.
   * @returns the function that ends it; calling it again does nothing
   * @throws  chat.queue_full at once when too many wait; the signal's reason when aborted while waiting
   */
  async enter(request: TurnRequest): Promise<() => void> {
    request.signal.throwIfAborted();
    if (this.waiters.length > 0 || !this.mayStart(request)) await this.wait(request);
    else this.active.add(request);
    return () => {
      if (!this.active.delete(request)) return;
      this.admit();
      if (this.active.size === 0) for (const resolve of this.onDrained.splice(0)) resolve();
    };
  }

  /** Resolves when nobody is served any more. Meant for the end, when nobody new comes. */
  async drained(): Promise<void> {
    if (this.active.size > 0) await new Promise<void>((resolve) => this.onDrained.push(resolve));
  }

  private async wait(request: TurnRequest): Promise<void> {
    const { capacity, retryAfterMs } = this.options;
    if (this.waiters.length >= capacity) {
      throw chatErrors.queue_full(`${capacity} requests wait for the local model already: try again later.`, {
        retryAfterMs,
      });
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        reject(request.signal.reason as Error);
        this.admit();
      };
      const waiter: Waiter = {
        request,
        enter: () => {
          request.signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      request.signal.addEventListener('abort', leave, { once: true });
      this.waiters.push(waiter);
    });
  }

  private admit(): void {
    for (let next = this.waiters[0]; next && this.mayStart(next.request); next = this.waiters[0]) {
      this.waiters.shift();
      this.active.add(next.request);
      next.enter();
    }
  }

  private mayStart({ model, isAlone }: TurnRequest): boolean {
    if (this.active.size === 0) return true;
    if (isAlone || this.active.size >= this.options.parallel) return false;
    return [...this.active].every((other) => !other.isAlone && other.model === model);
  }
}
