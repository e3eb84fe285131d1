import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { setTimeout as delay } from 'node:timers/promises';
import { temporalErrors } from './temporal-errors.js';

/** What Tenon can search runs by, beside what Temporal itself knows. */
export const SEARCH_ATTRIBUTES = ['TenonTeamId', 'TenonAppId'] as const;

const RETENTION = msToTs('30 days');
const NEW_NAMESPACE_MS = 30_000;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const UNAVAILABLE = [14, 4]; // no connection, no answer in time
const KEYWORD = 2;

/**
 * Waits until the server answers, then makes sure that the namespace exists, keeps finished runs for 30 days, and has
 * the search attributes of Tenon. May be repeated.
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
    await addSearchAttributes(connection, namespace);
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
        throw temporalErrors.notStarted(
          `The Temporal server at ${address} does not answer: ${(cause as Error).message}`,
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

async function addSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const service = connection.operatorService;
  const known = await untilFound(() => service.listSearchAttributes({ namespace }));
  const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in (known.customAttributes ?? {})));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  try {
    await service.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (codeOf(error) !== ALREADY_EXISTS) throw error;
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
