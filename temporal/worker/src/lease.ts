import { beatLease, endLease, type Database } from '@tenon/database';
import type { Logger } from '@tenon/ports';

const BEAT_MS = 1_000;

/**
 * Tells every second that this worker lives, so that screens know who owns a running step, and whether the workflow
 * server answers it.
 */
export class Lease {
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isServerAway = false;
  private clockAheadMs: number | undefined;

  constructor(
    private readonly database: Database,
    private readonly workerId: string,
    private readonly logger: Logger,
  ) {}

  /** Resolves when it has beaten for the first time, or could not. */
  async start(): Promise<void> {
    try {
      const aheadMs = await beatLease(this.database, this.workerId, this.isServerAway, this.clockAheadMs);
      this.clockAheadMs = aheadMs ?? this.clockAheadMs;
    } catch (error) {
      this.logger.debug({ error: String(error) }, 'the lease could not be beaten');
    }
    if (!this.isClosed) this.timer = setTimeout(() => void this.start(), BEAT_MS);
  }

  /** Is told with the next beat. */
  noteServer(isAway: boolean): void {
    this.isServerAway = isAway;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await endLease(this.database, this.workerId).catch(() => undefined);
  }
}
