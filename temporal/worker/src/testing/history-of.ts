import { workflowId } from '@tenon/contract';
import type { RunId } from '@tenon/base';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { RunBench } from './run-bench.js';

/** A client of the bench's Temporal. The caller closes `connection`. */
export async function connectClient(bench: RunBench): Promise<Client> {
  const connection = await Connection.connect({ address: bench.temporal.address });
  return new Client({ connection, namespace: 'tenon' });
}

/** The history of a run as the JSON that can be replayed. */
export async function historyOf(client: Client, runId: RunId): Promise<string> {
  const history = await client.workflow.getHandle(workflowId(runId)).fetchHistory();
  return JSON.stringify(historyToJSON(history), null, 1);
}
