import type { Json, RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { RunBench } from './run-bench.js';

const { History } = temporal.api.history.v1;

/** A client of the bench's Temporal. The caller closes `connection`. */
export async function connectClient(bench: RunBench): Promise<Client> {
  const channelArgs = { 'grpc.max_receive_message_length': -1 };
  const connection = await Connection.connect({ address: bench.temporal.address, channelArgs });
  return new Client({ connection, namespace: 'tenon' });
}

/** The history of a run as JSON from which `History.fromObject` makes it again; payloads are base64. The newest one. */
export async function historyOf(client: Client, runId: RunId, workflowRunId?: string): Promise<Json> {
  const history = await client.workflow.getHandle(workflowId(runId), workflowRunId).fetchHistory();
  return History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String }) as Json;
}

/** All histories of a run, the oldest first. */
export async function historiesOf(client: Client, runId: RunId): Promise<readonly Json[]> {
  const histories: Json[] = [];
  for (let before: string | undefined; ;) {
    const history = (await historyOf(client, runId, before)) as unknown as temporal.api.history.v1.IHistory;
    histories.unshift(history as unknown as Json);
    before = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
    if (before === undefined) return histories;
  }
}

/** The same with the payloads as the text they are, for looking into. */
export async function historyTextOf(client: Client, runId: RunId): Promise<string> {
  const text = JSON.stringify(await historyOf(client, runId));
  return text.replace(/"data":"([^"]*)"/g, (_all, data: string) => Buffer.from(data, 'base64').toString());
}
