import { workflowId } from '@tenon/contract';
import {
  listSilentRuns,
  noteAttention,
  readTime,
  removeOldCarried,
  removeOldText,
  requeueRun,
  touchRun,
  type Database,
  type SilentRun,
} from '@tenon/database';
import type { RunOutcome } from '@tenon/engine';
import type { Logger } from '@tenon/ports';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { setTimeout } from 'node:timers/promises';
import { endRun } from './end-run.js';
import { findTrouble } from './run-trouble.js';

const SILENT_SECONDS = 20;
const EVERY_MS = 10_000;
const BATCH = 50;
/** A workflow server that takes longer to say who it is counts as away, in milliseconds. */
const PROBE_MS = 3_000;
const CALL_LIMIT_MS = 5_000;

/** How a workflow that closed without telling us ended, by Temporal's status. */
const CLOSED: Readonly<Record<string, { status: RunOutcome['status']; reason: string }>> = {
  TERMINATED: { status: 'stopped', reason: 'The run was terminated at the workflow server.' },
  CANCELLED: { status: 'stopped', reason: 'The run was cancelled at the workflow server.' },
  TIMED_OUT: { status: 'failed', reason: 'The workflow server ended the run: its time was over.' },
  FAILED: { status: 'failed', reason: 'The workflow of the run failed.' },
  COMPLETED: { status: 'failed', reason: 'The run ended, but its end was not recorded.' },
};

export interface ReconcilerParts {
  readonly database: Database;
  readonly client: Client;
  readonly logger: Logger;
  /** Is told at every look whether the workflow server answers. */
  readonly onServer: (isAway: boolean) => void;
}

/**
 * Looks after runs that nobody has heard of for a while: what ended without telling us is closed, what was never
 * stored by the workflow server is started again, what cannot go on gets a note of why, what is fine is left alone.
 */
export class Reconciler {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private isClosed = false;
  private isServerAway = false;

  constructor(private readonly parts: ReconcilerParts) {}

  start(): void {
    this.current = this.look().catch((error: unknown) => {
      this.parts.logger.warn({ error: String(error) }, 'reconciling failed, it is tried again');
    });
    void this.current.then(() => {
      if (!this.isClosed) this.timer = globalThis.setTimeout(() => this.start(), EVERY_MS);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.current;
  }

  /** One look at every run that is silent by now; what is left of ended runs goes, whatever came of that. */
  async look(silentSeconds = SILENT_SECONDS): Promise<void> {
    const { database } = this.parts;
    await this.probe();
    const asOf = await readTime(database);
    let after: SilentRun | undefined;
    do {
      const page = this.mayGoOn() ? await listSilentRuns(database, silentSeconds, BATCH, { asOf, after }) : [];
      for (const run of page) if (this.mayGoOn()) await this.reconcileApart(run);
      after = page[BATCH - 1];
    } while (after);
    await removeOldText(database);
    await removeOldCarried(database);
  }

  private mayGoOn(): boolean {
    return !this.isClosed && !this.isServerAway;
  }

  /** A run that cannot be looked at does not hold up the others, unless the server answers of none. */
  private async reconcileApart(run: SilentRun): Promise<void> {
    try {
      await this.reconcile(run);
    } catch (error) {
      this.parts.logger.warn({ runId: run.id, error: String(error) }, 'a silent run could not be looked at');
      await this.probe();
    }
  }

  private async probe(): Promise<void> {
    const { client, logger, onServer } = this.parts;
    const wasAway = this.isServerAway;
    try {
      await within(PROBE_MS, client.workflowService.getSystemInfo({}));
      this.isServerAway = false;
      if (wasAway) logger.info({}, 'the workflow server answers again');
    } catch (error) {
      this.isServerAway = true;
      if (!wasAway) logger.warn({ error: String(error) }, 'the workflow server does not answer');
    }
    onServer(this.isServerAway);
  }

  private async reconcile(run: SilentRun): Promise<void> {
    const { client, database, logger } = this.parts;
    try {
      const description = await client.withDeadline(Date.now() + CALL_LIMIT_MS, () =>
        client.workflow.getHandle(workflowId(run.id)).describe(),
      );
      const { status } = description;
      const closed = CLOSED[status.name];
      if (!closed) return await this.noteOpen(run, description);
      logger.warn({ runId: run.id, status: status.name }, 'a run was closed that had ended without telling');
      const failure = { code: 'run.closedOutside', type: 'RunClosedError', message: closed.reason };
      await endRun(database, run.id, closed.status === 'failed' ? { status: 'failed', failure } : closed);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      logger.warn({ runId: run.id }, 'the workflow server does not know a run, it is started again');
      await requeueRun(database, run.id, run.relayedAt);
    }
  }

  private async noteOpen({ id }: SilentRun, description: WorkflowExecutionDescription): Promise<void> {
    const { client, database, logger } = this.parts;
    const trouble = await findTrouble(client, id, description);
    if (!trouble) return touchRun(database, id);
    logger.warn({ runId: id, reason: trouble.reason }, 'a run cannot go on');
    await noteAttention(database, id, trouble);
  }
}

/** The connection tries a call again for longer than its deadline, so its answer is not waited for. */
async function within(limitMs: number, answer: Promise<unknown>): Promise<void> {
  const isOver = new AbortController();
  const tooLate = setTimeout(limitMs, undefined, { signal: isOver.signal }).then(() => {
    throw new Error(`no answer within ${limitMs} ms`);
  });
  try {
    await Promise.race([answer, tooLate]);
  } finally {
    isOver.abort();
    tooLate.catch(() => undefined);
    answer.catch(() => undefined);
  }
}
