import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import type { Client } from '@temporalio/client';

/** Removes the histories of runs from the workflow server, also those that a long run has left behind itself. */
export async function forgetWorkflows(client: Client, runIds: readonly RunId[]): Promise<void> {
  const { namespace } = client.options;
  for (const id of runIds.map(workflowId))
    for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${id}"` }))
      await client.workflowService.deleteWorkflowExecution({
        namespace,
        workflowExecution: { workflowId: id, runId },
      });
}
