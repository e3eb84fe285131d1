import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import type { Client } from '@temporalio/client';

/** A workflow server that takes longer to forget a run counts as away, in milliseconds. */
const LIMIT_MS = 5_000;

/**
 * Removes the histories of runs from the workflow server, also those that a long run has left behind itself.
 * @param signal  ends it in the middle
 */
export function forgetWorkflows(client: Client, runIds: readonly RunId[], signal: AbortSignal): Promise<void> {
  // of its own, so that what hangs on it goes with it
  const ending = AbortSignal.any([signal]);
  return client.withAbortSignal(ending, async () => {
    for (const id of runIds) await client.withDeadline(Date.now() + LIMIT_MS, () => forget(client, workflowId(id)));
  });
}

async function forget(client: Client, id: string): Promise<void> {
  const { namespace } = client.options;
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${id}"` }))
    await client.workflowService.deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: id, runId },
    });
}
