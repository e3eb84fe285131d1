import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { setTimeout as delay } from 'node:timers/promises';
import { temporalErrors } from './temporal-errors.js';

const RETENTION = msToTs('30 days');
const NEW_NAMESPACE_MS = 30_000;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = [14, 4]; // no connection, no answer in time

/**
 * Waits until the server answers, then makes sure that the namespace exists, serves, and keeps finished runs for 30
 * days. May be repeated.
 * @param isGone  ends the waiting when the server has ended
 * @throws        temporal.notStarted when it does not answer within `withinMs`
 */
export async function prepareNamespace(
  address: string,
  namespace: string,
  { withinMs = 30_000, isGone = () => false }: { withinMs?: number; isGone?: () => boolean } = {},
): Promise<void> {
  const connection = Connection.lazy({
    address,
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 },
  });
  try {
    await waitForServer(connection, address, withinMs, isGone);
    await makeNamespace(connection, namespace);
    await untilFound(() => connection.workflowService.countWorkflowExecutions({ namespace }));
  } finally {
    await connection.close();
  }
}

async function waitForServer(
  connection: Connection,
  address: string,
  withinMs: number,
  isGone: () => boolean,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await connection.withDeadline(Date.now() + 1000, () => connection.workflowService.getSystemInfo({}));
      return;
    } catch (cause) {
      if (!UNAVAILABLE.includes(codeOf(cause)) || isGone() || Date.now() > deadline) {
        // what gRPC says of one that is away names neither a reason nor a remedy
        const reason = UNAVAILABLE.includes(codeOf(cause)) ? '' : ` (${(cause as Error).message})`;
        throw temporalErrors.notStarted(
          `The Temporal server at ${address} does not answer${reason}: start it, or set TENON_TEMPORAL_ADDRESS to one that runs.`,
          { cause },
        );
      }
      await delay(30);
    }
  }
}

async function makeNamespace(connection: Connection, namespace: string): Promise<void> {
  const service = connection.workflowService;
  try {
    await service.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: RETENTION } });
  } catch (error) {
    if (codeOf(error) !== NOT_FOUND) throw error;
    try {
      await service.registerNamespace({ namespace, workflowExecutionRetentionPeriod: RETENTION });
    } catch (duplicate) {
      if (codeOf(duplicate) !== ALREADY_EXISTS) throw duplicate;
    }
  }
}

/** A server takes some seconds until all of its parts know a new namespace. */
async function untilFound<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + NEW_NAMESPACE_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (codeOf(error) !== NOT_FOUND || Date.now() > deadline) throw error;
      await delay(200);
    }
  }
}

function codeOf(error: unknown): number {
  return (error as { code?: number }).code ?? -1;
}
