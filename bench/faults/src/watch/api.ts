import { setTimeout as delay } from 'node:timers/promises';
import type { EndState, RunState, Sample } from '../checker/recording.js';

/** What asking the API wants to know of the product. */
export interface Door {
  readonly url: string;
  readonly token: string;
}

/** The API answered, and said no. */
export class Refused extends Error {}

const AGAIN_MS = 100;
const REQUEST_LIMIT_MS = 40_000;
const LOOK_AGAIN_MS = 30;
const LOOK_LIMIT_MS = 1_000;

/** Waits a moment, and then, for a limited time, for something that answers. */
export function untilThere({ url }: Door): Promise<void> {
  // one looks for all: a crowd that knocks again and again would take the time of what it waits for
  const looking = waiting.get(url) ?? look(url).finally(() => waiting.delete(url));
  waiting.set(url, looking);
  return looking;
}

const waiting = new Map<string, Promise<void>>();

async function look(url: string): Promise<void> {
  const limit = AbortSignal.timeout(LOOK_LIMIT_MS);
  do await delay(LOOK_AGAIN_MS);
  while (
    !limit.aborted &&
    !(await fetch(url, { method: 'HEAD', signal: limit }).then(
      () => true,
      () => false,
    ))
  );
}

/** Asks the API once. @throws Refused with its errors, or why there is no answer */
export async function ask<Data>(door: Door, query: string, variables: object = {}, limitMs = REQUEST_LIMIT_MS) {
  const response = await fetch(`${door.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${door.token}` },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(limitMs),
  });
  const body = (await response.json()) as { data?: Data; errors?: object };
  if (body.errors || !body.data) throw new Refused(JSON.stringify(body.errors ?? body));
  return body.data;
}

/** Asks again and again until there is an answer. @throws the last error when there is none by `deadline` */
export function askUntil<Data>(door: Door, query: string, variables: object, deadline: number): Promise<Data> {
  return until(() => ask<Data>(door, query, variables), deadline);
}

async function until<Result>(work: () => Promise<Result>, deadline: number): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(AGAIN_MS);
    }
  }
}

/** Imports an app file, into an app where one is given. @returns the app's id */
export async function importApp(door: Door, content: string, appId?: string): Promise<string> {
  const { importApp: imported } = await ask<{ importApp: { app: { id: string } | null; issues: object[] } }>(
    door,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { code message path } } }',
    { input: { content, ...(appId && { appId }) } },
  );
  if (!imported.app) throw new Refused(JSON.stringify(imported.issues));
  return imported.app.id;
}

/** Makes the draft of an app its live version. @returns the number of that version */
export async function publish(door: Door, appId: string): Promise<number> {
  const { publishApp } = await ask<{ publishApp: { version: { number: number } | null; issues: object[] } }>(
    door,
    'mutation ($input: AppInput!) { publishApp(input: $input) { version { number } issues { code message path } } }',
    { input: { appId } },
  );
  if (!publishApp.version) throw new Refused(JSON.stringify(publishApp.issues));
  return publishApp.version.number;
}

const START = `mutation ($input: StartRunInput!) {
  startRun(input: $input) { run { id } errors { code message path } }
}`;

/** Asks for a run once. @returns its id. @throws Refused, or why there is no answer */
export async function startOnce(door: Door, input: object, limitMs?: number): Promise<string> {
  const { startRun } = await ask<{ startRun: { run: { id: string } | null; errors: object[] } }>(
    door,
    START,
    { input },
    limitMs,
  );
  if (!startRun.run) throw new Refused(JSON.stringify(startRun.errors));
  return startRun.run.id;
}

/** What a run is asked for with. */
export type StartInput = { readonly idempotencyKey: string } & Readonly<Record<string, unknown>>;

/** Asks for a run, with the same key each time, until it is accepted. @returns its id */
export function start(door: Door, input: StartInput, deadline: number): Promise<string> {
  return until(() => startOnce(door, input), deadline);
}

/** Asks until the product says that it will stop the run. */
export async function stop(door: Door, runId: string, deadline: number): Promise<void> {
  const query = 'mutation ($input: StopRunInput!) { stopRun(input: $input) { run { id } errors { code message } } }';
  const { stopRun } = await askUntil<{ stopRun: { run: object | null; errors: object[] } }>(
    door,
    query,
    { input: { runId } },
    deadline,
  );
  if (!stopRun.run) throw new Refused(JSON.stringify(stopRun.errors));
}

interface ShownRun {
  readonly id: string;
  readonly channel: string;
  readonly status: string;
  readonly isRecovering: boolean;
  readonly needsAttention: object | null;
}

const SHOWN = 'id channel status isRecovering needsAttention { reason }';

/** The newest runs with this channel as the list shows them; a load is at most a hundred. */
export async function list(door: Door, channel: string, limitMs?: number): Promise<Sample[]> {
  const { runs } = await ask<{ runs: { edges: { node: ShownRun }[] } }>(
    door,
    `query { runs(first: 100) { edges { node { ${SHOWN} } } } }`,
    {},
    limitMs,
  );
  const at = Date.now();
  return runs.edges.filter(({ node }) => node.channel === channel).map(({ node }) => toSample(node, at, 'list'));
}

/** Some runs as each for itself is shown. */
export async function detail(door: Door, runIds: readonly string[], limitMs?: number): Promise<Sample[]> {
  if (runIds.length === 0) return [];
  const query = `query { ${runIds.map((id, index) => `run${index}: run(id: "${id}") { ${SHOWN} }`).join(' ')} }`;
  const runs = await ask<Record<string, ShownRun | null>>(door, query, {}, limitMs);
  const at = Date.now();
  return Object.values(runs).flatMap((run) => (run ? [toSample(run, at, 'detail')] : []));
}

const END = `query ($id: ID!) { run(id: $id) { status outputs answer failure { code }
  steps { key status attempts { attempt execution outcome startedAt finishedAt } } } }`;

interface EndOfRun {
  readonly status: string;
  readonly outputs: Record<string, unknown> | null;
  readonly answer: string | null;
  readonly failure: { readonly code: string } | null;
  readonly steps: readonly {
    readonly key: string;
    readonly status: string;
    readonly attempts: readonly {
      readonly attempt: number;
      readonly execution: number;
      readonly outcome: string | null;
      readonly startedAt: string;
      readonly finishedAt: string | null;
    }[];
  }[];
}

/** What has become of a run; undefined when the product does not know it. */
export async function readEnd(door: Door, runId: string, deadline: number): Promise<EndState | undefined> {
  const { run } = await askUntil<{ run: EndOfRun | null }>(door, END, { id: runId }, deadline);
  if (!run) return undefined;
  return {
    state: toState(run.status),
    ...(run.failure && { failureCode: run.failure.code }),
    result: run.answer ?? JSON.stringify(run.outputs),
    ...(run.answer !== null && { answer: run.answer }),
    unfinishedSteps: run.steps.filter(({ status }) => /RUNNING|RETRYING/.test(status)).map(({ key }) => key),
    succeededSteps: run.steps.filter(({ status }) => status === 'SUCCEEDED').map(({ key }) => key),
    begunSteps: run.steps.filter(({ status }) => status !== 'SKIPPED').map(({ key }) => key),
    executions: run.steps.flatMap(({ key, attempts }) =>
      attempts.map(({ attempt, execution, outcome, startedAt, finishedAt }) => ({
        ...{ stepKey: key, attempt, execution, outcome: outcome?.toLowerCase() ?? null },
        startedAt: Date.parse(startedAt),
        ...(finishedAt && { finishedAt: Date.parse(finishedAt) }),
      })),
    ),
  };
}

function toSample(run: ShownRun, at: number, source: Sample['source']): Sample {
  const isTroubled = run.isRecovering || run.needsAttention !== null || run.status === 'NEEDS_ATTENTION';
  return { at, runId: run.id, source, state: toState(run.status), isTroubled };
}

function toState(status: string): RunState {
  switch (status) {
    case 'QUEUED':
      return 'queued';
    case 'WAITING':
    case 'PAUSED':
      return 'waiting';
    case 'SUCCEEDED':
    case 'PARTIALLY_SUCCEEDED':
      return 'succeeded';
    case 'FAILED':
      return 'failed';
    case 'STOPPED':
      return 'stopped';
    default:
      return 'running';
  }
}
