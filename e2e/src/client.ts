import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** Where an instance is asked. */
export interface Api {
  readonly url: string;
  readonly token: string;
}

export interface FollowedRun {
  /** Numbers of the events in the order in which they came, over all connections. */
  readonly seqs: readonly number[];
  readonly types: readonly string[];
  /** The answer as a reader saw it at the end. */
  readonly answer: string;
  /** How often the connection was lost. */
  readonly losses: number;
}

/** Asks the API. @throws Error with its errors */
export async function ask<Data>(api: Api, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${api.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${api.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: Data; errors?: object };
  if (body.errors || !body.data) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

/** Imports an app file and publishes it. @param name  another than the file gives */
export async function publishApp(api: Api, content: string, name?: string): Promise<string> {
  const { importApp } = await ask<{ importApp: { app: { id: string } | null; issues: object[] } }>(
    api,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { code message path } } }',
    { input: { content, ...(name !== undefined && { name }) } },
  );
  if (!importApp.app) throw new Error(JSON.stringify(importApp.issues));
  const { publishApp } = await ask<{ publishApp: { version: object | null; issues: object[] } }>(
    api,
    'mutation ($input: AppInput!) { publishApp(input: $input) { version { number } issues { code message path } } }',
    { input: { appId: importApp.app.id } },
  );
  if (!publishApp.version) throw new Error(JSON.stringify(publishApp.issues));
  return importApp.app.id;
}

/** Accepts a run and gives its id. */
export async function startRun(api: Api, input: object): Promise<string> {
  const { startRun } = await ask<{ startRun: { run: { id: string } | null; errors: object[] } }>(
    api,
    'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } errors { code message path } } }',
    { input },
  );
  if (!startRun.run) throw new Error(JSON.stringify(startRun.errors));
  return startRun.run.id;
}

const FOLLOW = `subscription ($runId: ID!, $afterSeq: Int!) {
  runEvents(runId: $runId, afterSeq: $afterSeq) {
    ... on RunEventUpdate { seq type }
    ... on RunReplyUpdate { offset text reasoning }
  }
}`;

type Update = { seq: number; type: string } | { offset: number; text: string; reasoning: boolean };

/** Connections in a row that come to nothing before a follower gives up: a minute of them, at ten a second. */
const MAX_LOSSES = 600;

/** Follows a run to its end over as many connections as it takes, each with the last number that was seen. */
export async function follow(api: Api, runId: string): Promise<FollowedRun> {
  const seqs: number[] = [];
  const types: string[] = [];
  let answer = '';
  let losses = 0;
  let inVain = 0;
  while (types.at(-1) !== 'run.finished') {
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${api.token}` },
      retryAttempts: 0,
    });
    const variables = { runId, afterSeq: seqs.at(-1) ?? 0 };
    try {
      for await (const { data, errors } of client.iterate<{ runEvents: Update[] }>({ query: FOLLOW, variables })) {
        if (!data) throw new Error(JSON.stringify(errors));
        inVain = 0;
        for (const update of data.runEvents)
          if ('seq' in update) {
            seqs.push(update.seq);
            types.push(update.type);
          } else if ('text' in update && !update.reasoning) answer = answer.slice(0, update.offset) + update.text;
      }
    } catch {
      // the connection was lost; the next one goes on after the last event
      losses += 1;
      if ((inVain += 1) > MAX_LOSSES) throw new Error(`nobody lets run ${runId} be followed`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await Promise.resolve(client.dispose()).catch(() => undefined);
    }
  }
  return { seqs, types, answer, losses };
}

export interface RunDetails {
  readonly status: string;
  readonly outputs: Record<string, unknown>;
  readonly answer: string | null;
  readonly failure: { code: string; message: string } | null;
  readonly needsAttention: { reason: string; since: string } | null;
  readonly steps: readonly {
    readonly key: string;
    readonly status: string;
    readonly outputs: Record<string, unknown> | null;
    readonly failure: { code: string; type: string; message: string } | null;
    readonly attempts: readonly { attempt: number; execution: number; cause: string; outcome: string | null }[];
  }[];
}

export async function readRun(api: Api, runId: string): Promise<RunDetails> {
  const query = `query ($id: ID!) { run(id: $id) { status outputs answer failure { code message } needsAttention { reason since }
    steps { key status outputs failure { code type message } attempts { attempt execution cause outcome } } } }`;
  return (await ask<{ run: RunDetails }>(api, query, { id: runId })).run;
}
