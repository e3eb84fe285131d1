import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import { isGrpcServiceError, type Client } from '@temporalio/client';

/** A workflow server that takes longer to forget a run counts as away, in milliseconds. */
const LIMIT_MS = 5_000;
const GRPC_NOT_FOUND = 5;

/**
 * Removes the histories of a run from the workflow server, also those that a long run has left behind itself.
 * @param signal  ends it in the middle
 */
export function forgetWorkflow(client: Client, runId: RunId, signal: AbortSignal): Promise<void> {
  // of its own, so that what hangs on it goes with it
  const ending = AbortSignal.any([signal]);
  const id = workflowId(runId);
  return client.withAbortSignal(ending, () =>
    client.withDeadline(Date.now() + LIMIT_MS, async () => {
      for await (const history of client.workflow.list({ query: `WorkflowId = "${id}"` }))
        await remove(client, { workflowId: id, runId: history.runId });
    }),
  );
}

/** One that is gone already may still be listed. */
async function remove(client: Client, workflowExecution: { workflowId: string; runId: string }): Promise<void> {
  const { namespace } = client.options;
  try {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
  } catch (error) {
    if (!isGrpcServiceError(error) || Number(error.code) !== GRPC_NOT_FOUND) throw error;
  }
}
