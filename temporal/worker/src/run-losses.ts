import type { RunId } from '@tenon/base';
import { runIdOf, workflowId as idOf } from '@tenon/contract';
import { CHANNELS, closeRun, countRunLoss, readTime, ring, type Database } from '@tenon/database';
import type { Logger } from '@tenon/ports';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';

/** Threads of workflow code that a run may end before it is ended itself. */
const MAX_LOSSES = 3;
const FAILURE = {
  code: 'step.keptDying',
  type: 'WorkflowNodeError',
  message: `The run used up the memory of its worker ${MAX_LOSSES} times; it is not tried again. Let it keep fewer or smaller values.`,
};

/** Counts how often a run ended the thread of workflow code it was carried by, and ends one that does it again and again. */
export class RunLosses {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** @param workflowId  of what was at work when a thread ended; undefined when nothing was */
  note(client: Client, workflowId: string | undefined): void {
    const runId = workflowId === undefined ? undefined : runIdOf(workflowId);
    this.logger.error({ runId: runId ?? null }, 'the thread of workflow code ended, another takes over');
    if (!runId) return;
    this.count(client, runId).catch((error: unknown) =>
      this.logger.warn({ runId, error: String(error) }, 'the loss of a thread could not be noted'),
    );
  }

  private async count(client: Client, runId: RunId): Promise<void> {
    const counted = await countRunLoss(this.database, runId);
    if (!counted || counted.losses < MAX_LOSSES) return;
    this.logger.error({ runId }, 'a run that ended threads again and again is ended');
    await closeRun(this.database, { id: runId, teamId: counted.teamId }, await readTime(this.database), {
      status: 'failed',
      failure: FAILURE,
    });
    await ring(this.database, CHANNELS.run, runId);
    try {
      await client.workflow.getHandle(idOf(runId)).terminate(FAILURE.message);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
