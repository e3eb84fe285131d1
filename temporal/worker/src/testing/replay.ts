import type { Json } from '@tenon/base';
import { temporal } from '@temporalio/proto';
import type { WorkflowBundle } from '@temporalio/worker';
import { SandboxWorker } from '../sandbox-worker.js';

const { History } = temporal.api.history.v1;

/** What replaying came to: the reason why a history does not fit the code, or undefined. By the names given. */
export async function replay(
  bundle: WorkflowBundle,
  histories: Readonly<Record<string, Json>>,
): Promise<Record<string, string | undefined>> {
  const given = Object.entries(histories).map(([name, history]) => ({
    workflowId: name,
    history: History.fromObject(history as object),
  }));
  const outcomes: Record<string, string | undefined> = {};
  const sinks = { record: { write: { fn: () => undefined, callDuringReplay: false } } };
  for await (const { workflowId, error } of SandboxWorker.runReplayHistories({ workflowBundle: bundle, sinks }, given))
    outcomes[workflowId] = error && `${error.name}: ${error.message}`;
  return outcomes;
}
