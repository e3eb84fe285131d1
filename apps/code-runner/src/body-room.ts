/** Smaller bodies never wait. */
const FREE_BYTES = 64 * 1024;

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Memory for requests that are being read, wait or run: one that finds no room is not read before there is some, and its
 * bytes stay where they come from. One alone is always let in.
 */
export class BodyRoom {
  #heldBytes = 0;
  #held = 0;
  readonly #waiting: Waiter[] = [];
  readonly #limitBytes: number;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Waits for room and gives what makes it free again. @throws the reason of `signal` */
  async enter(bytes: number, signal: AbortSignal): Promise<() => void> {
    if (bytes <= FREE_BYTES) return () => undefined;
    if (this.#waiting.length > 0 || !this.#fits(bytes)) await this.#wait(bytes, signal);
    else this.#hold(bytes);
    return () => {
      this.#heldBytes -= bytes;
      this.#held -= 1;
      this.#letIn();
    };
  }

  #wait(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(waiter);
        if (place >= 0) this.#waiting.splice(place, 1);
        this.#letIn();
        reject(signal.reason as Error);
      };
      const go = () => {
        signal.removeEventListener('abort', leave);
        this.#hold(bytes);
        resolve();
      };
      const waiter = { bytes, go };
      this.#waiting.push(waiter);
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }

  #letIn(): void {
    while (this.#waiting[0] && this.#fits(this.#waiting[0].bytes)) this.#waiting.shift()?.go();
  }

  #fits(bytes: number): boolean {
    return this.#held === 0 || this.#heldBytes + bytes <= this.#limitBytes;
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#held += 1;
  }
}
