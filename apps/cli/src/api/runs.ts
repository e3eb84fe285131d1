import type { JsonObject } from '@tenon/base';
import { askAgain } from './ask-again.js';
import { accepted, type ApiClient, type UserError } from './client.js';
import { durationOf, fromEnum, toEnum, type RunStatus } from './run-report.js';

/** What is asked to run. */
export interface RunRequest {
  readonly appId: string;
  readonly useDraft: boolean;
  readonly inputs: JsonObject;
  readonly query?: string;
  readonly conversationId?: string;
  /** Makes a repeated request the same run. */
  readonly idempotencyKey: string;
}

const START = `mutation ($input: StartRunInput!) { startRun(input: $input) {
  run { id } errors { code message path }
} }`;
const STOP = 'mutation ($input: StopRunInput!) { stopRun(input: $input) { errors { code message path } } }';
const LIST = `query ($first: Int!, $after: String, $filter: RunFilter) { runs(first: $first, after: $after, filter: $filter) {
  edges { node { id requestId status query needsAttention { reason } createdAt startedAt finishedAt app { id name } failure { message } usage { totalTokens } } }
  pageInfo { hasNextPage endCursor }
} }`;
const PULSE = 'query ($id: ID!) { run(id: $id) { status waitingFor isRecovering needsAttention { reason } } }';

/**
 * Accepts a run and gives its id. An API that is away for a moment is asked again: the key makes it the same run.
 * @throws cli.refused, cli.unreachable
 */
export async function startRun(client: ApiClient, request: RunRequest): Promise<string> {
  const input = { ...request, channel: 'cli' };
  const { startRun: payload } = await askAgain(client, () =>
    client.ask<{ startRun: { run: { id: string }; errors: UserError[] } }>(START, { input }),
  );
  return accepted(payload).run.id;
}

/** Asks a run to stop. @throws cli.refused */
export async function stopRun(client: ApiClient, runId: string, reason: string): Promise<void> {
  const { stopRun: payload } = await client.ask<{ stopRun: { errors: UserError[] } }>(STOP, {
    input: { runId, reason },
  });
  accepted(payload);
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string;
  /** Of the request that started it. */
  readonly requestId: string | null;
  readonly app: { readonly id: string; readonly name: string };
  readonly status: RunStatus;
  readonly query: string | null;
  /** Why it cannot go on although it is under way. */
  readonly needsAttention: { readonly reason: string } | null;
  readonly failure: { readonly message: string } | null;
  readonly usage: { readonly totalTokens: number } | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
}

/** The newest runs, at most `limit`. */
export async function listRuns(
  client: ApiClient,
  wanted: { readonly appId?: string; readonly statuses?: readonly RunStatus[]; readonly limit: number },
): Promise<RunSummary[]> {
  const { appId, statuses, limit } = wanted;
  const filter = { ...(appId && { appId }), ...(statuses && { statuses: statuses.map(toEnum) }) };
  const runs: RunSummary[] = [];
  for (let after: string | null = null; runs.length < limit;) {
    const first = Math.min(100, limit - runs.length);
    const { runs: page }: RunsAnswer = await client.ask(LIST, { first, after, filter });
    runs.push(
      ...page.edges.map(({ node }) => ({
        ...node,
        status: fromEnum<RunStatus>(node.status),
        durationMs: durationOf(node),
      })),
    );
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return runs;
}

interface RunsAnswer {
  readonly runs: {
    readonly edges: readonly { readonly node: Omit<RunSummary, 'durationMs'> }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** How a run is at this moment, beyond its events. */
export interface RunPulse {
  readonly status: RunStatus;
  /** Why it has not started. */
  readonly waitingFor: string | null;
  /** Why it cannot go on although it is under way. */
  readonly needsAttention: { readonly reason: string } | null;
  /** The worker of a step is gone, and another has not taken over yet. */
  readonly isRecovering: boolean;
}

/** The pulse of a run; undefined when there is no such run. */
export async function findPulse(client: ApiClient, id: string): Promise<RunPulse | undefined> {
  const { run } = await client.ask<{ run: RunPulse | null }>(PULSE, { id });
  return run ? { ...run, status: fromEnum(run.status) } : undefined;
}
