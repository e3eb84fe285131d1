import { runIdOf, workflowId as idOf } from '@tenon/contract';
import type { Database } from '@tenon/database';
import type { Logger } from '@tenon/ports';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { endRun } from './end-run.js';

const FAILURE = {
  code: 'step.keptDying',
  type: 'WorkflowNodeError',
  message:
    'The run used up the memory of its worker again and again, at last alone; it is not tried again. Let it keep fewer or smaller values.',
};

/** Ends the run that is proved to end threads of workflow code. One that cannot be ended now is proved again. */
export async function endDeadlyRun(
  { database, client, logger }: { readonly database: Database; readonly client: Client; readonly logger: Logger },
  workflowId: string,
): Promise<void> {
  const runId = runIdOf(workflowId);
  if (!runId) return;
  logger.error({ runId }, 'a run that ends threads of workflow code is ended');
  try {
    await endRun(database, runId, { status: 'failed', failure: FAILURE });
    await client.workflow.getHandle(idOf(runId)).terminate(FAILURE.message);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    logger.warn({ runId, error: String(error) }, 'a run that ends threads could not be ended');
  }
}
