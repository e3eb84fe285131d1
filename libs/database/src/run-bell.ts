import type { RunId } from '@tenon/base';
import type { Logger } from '@tenon/ports';
import type { Database } from './database.js';
import { CHANNELS, MAX_IDS_PER_BELL, ring } from './notifications.js';

/** How long bells are gathered into one, in milliseconds. */
const TICK_MS = 10;

/**
 * Tells readers that there is news of runs: one bell of a process and tick, whatever the number of runs. Rung after
 * the commit, never inside it. A bell that is lost costs readers the interval of their poll.
 */
export class RunBell {
  private readonly due = new Set<RunId>();
  private timer: NodeJS.Timeout | undefined;
  private rungAt = 0;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  ring(runId: RunId): void {
    this.due.add(runId);
    // the first of a while rings at once, whoever follows closely waits for company
    this.timer ??= setTimeout(() => void this.send(), Math.max(0, this.rungAt + TICK_MS - performance.now()));
  }

  private async send(): Promise<void> {
    this.timer = undefined;
    this.rungAt = performance.now();
    const runIds = [...this.due];
    this.due.clear();
    try {
      for (let i = 0; i < runIds.length; i += MAX_IDS_PER_BELL)
        await ring(this.database, CHANNELS.run, runIds.slice(i, i + MAX_IDS_PER_BELL).join(','));
    } catch (error) {
      this.logger.debug({ error: String(error), runs: runIds.length }, 'a bell was lost');
    }
  }
}
