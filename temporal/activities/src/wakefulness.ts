/** Standing still for longer, a process may have lost what it was given: a workflow task and an unheard activity last five seconds. */
const STANDSTILL_MS = 4_000;
const TICK_MS = 500;
/** Until the server has said what was given away, and until answers that came meanwhile are recorded. */
const DOUBT_MS = 700;

/** What had begun may have been given to another worker: nothing came of it, and it is to be tried again. */
export class GivenAway extends Error {
  constructor() {
    super('the process stood still, and its work may have been given away');
  }
}

/**
 * Knows whether this process stood still, as when it is frozen or its machine sleeps. It goes on in the middle of tasks
 * that others have by then, and must not call anybody for them.
 */
export class Wakefulness {
  private tickedAt: number;
  private wokeAt = -Infinity;

  /** @param now  a clock that goes on while the process stands still, in milliseconds */
  constructor(private readonly now = () => performance.now()) {
    this.tickedAt = now();
    setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** When work begins, for `check`. */
  begin(): number {
    return this.now();
  }

  /** @throws GivenAway when what began then is in doubt */
  check(begunAt: number): void {
    this.tick();
    if (begunAt < this.wokeAt + DOUBT_MS) throw new GivenAway();
  }

  private tick(): void {
    const at = this.now();
    if (at - this.tickedAt > STANDSTILL_MS) this.wokeAt = at;
    this.tickedAt = at;
  }
}
