/** What each piece of work may hold without asking: small work never waits for large work. */
const FREE_BYTES = 256 * 1024;

interface Waiter {
  readonly holding: Holding;
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Memory of a process that pieces of work share. Whoever wants more than is left waits until others leave; one at a time
 * may go beyond the limit, so that those who hold something and want more do not wait for each other for ever. So the
 * limit and one piece of work is the most that is in memory.
 */
export class MemoryRoom {
  private heldBytes = 0;
  private readonly waiting = new Set<Waiter>();
  /** Who may go beyond the limit. */
  private first: Holding | undefined;

  constructor(private readonly limitBytes: number) {}

  /** What one piece of work holds; `leave` gives it back. */
  enter(): Holding {
    return new Holding(this);
  }

  /** Undefined when there is room now, else a promise of when. Rejects with the reason of `signal`. */
  admit(holding: Holding, bytes: number, signal: AbortSignal): Promise<void> | undefined {
    if (this.mayTake(holding, bytes)) return void (this.heldBytes += bytes);
    return new Promise<void>((resolve, reject) => {
      const stop = () => {
        this.waiting.delete(waiter);
        reject(signal.reason as Error);
      };
      const go = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const waiter = { holding, bytes, go };
      this.waiting.add(waiter);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** Gives back what a holding had and lets those go on who have waited longest. */
  release(holding: Holding, bytes: number): void {
    this.heldBytes -= bytes;
    if (this.first === holding) this.first = undefined;
    for (const waiter of this.waiting) {
      if (!this.mayTake(waiter.holding, waiter.bytes)) continue;
      this.waiting.delete(waiter);
      this.heldBytes += waiter.bytes;
      waiter.go();
    }
  }

  private mayTake(holding: Holding, bytes: number): boolean {
    if (this.heldBytes + bytes <= this.limitBytes) return true;
    this.first ??= holding;
    return this.first === holding;
  }
}

/** What one piece of work holds of a room. */
export class Holding {
  private freeBytes = FREE_BYTES;
  private bytes = 0;

  constructor(private readonly room: MemoryRoom) {}

  /** Undefined when the bytes may be used now, else a promise of when. */
  take(bytes: number, signal: AbortSignal): Promise<void> | undefined {
    const free = Math.min(bytes, this.freeBytes);
    this.freeBytes -= free;
    if (bytes === free) return undefined;
    const wanted = bytes - free;
    const admitted = this.room.admit(this, wanted, signal);
    if (!admitted) return void (this.bytes += wanted);
    return admitted.then(() => void (this.bytes += wanted));
  }

  /** Gives everything back. */
  leave(): void {
    this.room.release(this, this.bytes);
    this.bytes = 0;
  }
}
