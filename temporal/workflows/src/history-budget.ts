/** What one history of a run may take up before the run goes on in a new one; the server ends runs at 16 times that. */
export const HISTORY_LIMITS = { events: 3_000, sizeBytes: 3 * 1024 * 1024 };

/** Events that things leave in a history, with the task that they call for. */
export const EVENTS_OF = { call: 6, localCall: 2, timer: 5 } as const;
/** What an event takes up beside the values it carries. */
const EVENT_BYTES = 200;

/**
 * How much of its history a run has used. It counts itself what it asks for: what the server says of a history is not
 * the same on replay when a task was lengthened meanwhile, and includes what the history began with.
 */
export class HistoryBudget {
  private events = 0;
  private sizeBytes = 0;

  spend(events: number, sizeBytes = 0): void {
    this.events += events;
    this.sizeBytes += events * EVENT_BYTES + sizeBytes;
  }

  get isSpent(): boolean {
    return this.events > HISTORY_LIMITS.events || this.sizeBytes > HISTORY_LIMITS.sizeBytes;
  }

  /** Grants as much again. */
  renew(): void {
    this.events = 0;
    this.sizeBytes = 0;
  }
}
