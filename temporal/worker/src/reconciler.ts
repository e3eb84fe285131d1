import { workflowId } from '@tenon/contract';
import {
  closeRun,
  listSilentRuns,
  removeOldText,
  requeueRun,
  touchRun,
  type Database,
  type SilentRun,
} from '@tenon/database';
import type { RunOutcome } from '@tenon/engine';
import type { Logger } from '@tenon/ports';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';

const SILENT_SECONDS = 60;
const EVERY_MS = 30_000;
const BATCH = 50;

/** How a workflow that closed without telling us ended, by Temporal's status. */
const CLOSED: Readonly<Record<string, { status: RunOutcome['status']; reason: string }>> = {
  TERMINATED: { status: 'stopped', reason: 'The run was terminated at the workflow server.' },
  CANCELLED: { status: 'stopped', reason: 'The run was cancelled at the workflow server.' },
  TIMED_OUT: { status: 'failed', reason: 'The workflow server ended the run: its time was over.' },
  FAILED: { status: 'failed', reason: 'The workflow of the run failed.' },
  COMPLETED: { status: 'failed', reason: 'The run ended, but its end was not recorded.' },
};

/**
 * Looks after runs that nobody has heard of for a minute: what ended without telling us is closed, what was never
 * stored by the workflow server is started again, what is fine is left alone.
 */
export class Reconciler {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(
    private readonly parts: { readonly database: Database; readonly client: Client; readonly logger: Logger },
  ) {}

  start(): void {
    this.current = this.look().catch((error: unknown) => {
      this.parts.logger.warn({ error: String(error) }, 'reconciling failed, it is tried again');
    });
    void this.current.then(() => {
      if (!this.isClosed) this.timer = setTimeout(() => this.start(), EVERY_MS);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.current;
  }

  /** One look at every silent run. */
  async look(silentSeconds = SILENT_SECONDS): Promise<void> {
    for (const run of await listSilentRuns(this.parts.database, silentSeconds, BATCH)) {
      if (this.isClosed) return;
      await this.reconcile(run);
    }
    await removeOldText(this.parts.database);
  }

  private async reconcile(run: SilentRun): Promise<void> {
    const { client, database, logger } = this.parts;
    try {
      const { status } = await client.workflow.getHandle(workflowId(run.id)).describe();
      const closed = CLOSED[status.name];
      if (!closed) return await touchRun(database, run.id);
      logger.warn({ runId: run.id, status: status.name }, 'a run was closed that had ended without telling');
      const failure = { code: 'run.closedOutside', type: 'RunClosedError', message: closed.reason };
      await closeRun(database, run, Date.now(), closed.status === 'failed' ? { status: 'failed', failure } : closed);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      logger.warn({ runId: run.id }, 'the workflow server does not know a run, it is started again');
      await requeueRun(database, run.id);
    }
  }
}
