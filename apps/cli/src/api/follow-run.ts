import { isTenonError, type Json } from '@tenon/base';
import { createClient, type Client } from 'graphql-ws/client';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { cliErrors } from '../errors.js';
import type { ApiClient, Target } from './client.js';

/** A recorded event of a run: each once and in order. */
export interface EventUpdate {
  readonly kind: 'event';
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  readonly type: string;
  readonly stepKey: string | null;
  readonly payload: Readonly<Record<string, Json>>;
}

/** Live text of a step: what stands before `offset` stays, the text follows it. */
export interface TextUpdate {
  readonly kind: 'text';
  readonly stepKey: string;
  readonly channel: string;
  readonly offset: number;
  readonly text: string;
}

/** What of the answer may be shown now: what stands before `offset` stays, the text follows it. */
export interface ReplyUpdate {
  readonly kind: 'reply';
  readonly offset: number;
  readonly text: string;
  readonly reasoning: boolean;
}

/** The connection was lost, or is there again; what follows goes on after the last event. */
export interface ConnectionUpdate {
  readonly kind: 'lost' | 'back';
}

export type RunUpdate = EventUpdate | TextUpdate | ReplyUpdate | ConnectionUpdate;

const FOLLOW = `subscription ($runId: ID!, $afterSeq: Int!) {
  runEvents(runId: $runId, afterSeq: $afterSeq) {
    __typename
    ... on RunEventUpdate { seq at type eventStep: stepKey payload }
    ... on RunTextUpdate { textStep: stepKey channel offset text }
    ... on RunReplyUpdate { offset text reasoning }
  }
}`;
const EXISTS = 'query ($id: ID!) { run(id: $id) { id } }';

const WAITS_MS = [100, 250, 500, 1_000, 2_000, 5_000];
const PING_MS = 10_000;
const PONG_MS = 5_000;

/** Connections in a row that an API that is there may refuse before it is taken at its word. */
const MAX_REFUSALS = 10;

/**
 * Follows a run from its first event to its last, over any number of connections: events come once and without gaps;
 * live text and the answer may be told again from their beginning, as their offsets say. While the API is away it is
 * tried again without an end; `client.signal` ends it with its reason.
 * @throws cli.missing, cli.tokenRefused, cli.unreachable when only the live connection does not come about
 */
export async function* followRun(client: ApiClient, runId: string): AsyncGenerator<RunUpdate, void> {
  const { signal } = client;
  const socket = openSocket(client.target);
  let seq = 0;
  let losses = 0;
  let refusals = 0;
  try {
    for (;;) {
      for await (const update of connect(socket, { runId, afterSeq: seq }, signal)) {
        if (losses > 0) yield { kind: 'back' };
        losses = 0;
        refusals = 0;
        if (update.kind === 'event') {
          if (update.seq <= seq) continue;
          seq = update.seq;
        }
        yield update;
        if (update.kind === 'event' && update.type === 'run.finished') return;
      }
      signal.throwIfAborted();
      if (losses === 0) yield { kind: 'lost' };
      await delay(WAITS_MS[Math.min(losses, WAITS_MS.length - 1)], undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      losses += 1;
      if (await isThere(client, runId)) refusals += 1;
      if (refusals >= MAX_REFUSALS)
        throw cliErrors.unreachable(
          `${client.target.url} answers, but its live connection (WebSocket) does not: does a proxy stand between?`,
        );
    }
  } finally {
    await socket.dispose();
  }
}

/** One connection, until it ends for whatever reason. */
async function* connect(socket: Client, variables: object, signal: AbortSignal): AsyncGenerator<RunUpdate, void> {
  const stream = socket.iterate<{ runEvents: Answer[] }>({ query: FOLLOW, variables: { ...variables } });
  const leave = () => void stream.return?.();
  signal.addEventListener('abort', leave, { once: true });
  try {
    for await (const { data } of stream) {
      if (signal.aborted || !data) return;
      yield* data.runEvents.map(toUpdate);
    }
  } catch {
    // Closed sockets and refusals come here alike; whether another try makes sense is asked of the API itself.
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** Whether the API answers and has the run; false while it is away. Throws when no further connection will do. */
async function isThere(client: ApiClient, runId: string): Promise<boolean> {
  try {
    const { run } = await client.ask<{ run: object | null }>(EXISTS, { id: runId });
    if (!run) throw cliErrors.missing(`There is no run ${runId}: "tenon runs" lists what is there.`);
    return true;
  } catch (error) {
    const isAway = isTenonError(error) && ['cli.unreachable', 'cli.serverBug'].includes(error.code);
    if (!isAway) throw error;
    return false;
  }
}

type Answer =
  | (Omit<EventUpdate, 'kind' | 'stepKey'> & {
      readonly __typename: 'RunEventUpdate';
      readonly eventStep: string | null;
    })
  | (Omit<TextUpdate, 'kind' | 'stepKey'> & { readonly __typename: 'RunTextUpdate'; readonly textStep: string })
  | (Omit<ReplyUpdate, 'kind'> & { readonly __typename: 'RunReplyUpdate' });

function toUpdate(answer: Answer): RunUpdate {
  switch (answer.__typename) {
    case 'RunEventUpdate': {
      const { seq, at, type, eventStep, payload } = answer;
      return { kind: 'event', seq, at, type, stepKey: eventStep, payload };
    }
    case 'RunTextUpdate': {
      const { textStep, channel, offset, text } = answer;
      return { kind: 'text', stepKey: textStep, channel, offset, text };
    }
    case 'RunReplyUpdate': {
      const { offset, text, reasoning } = answer;
      return { kind: 'reply', offset, text, reasoning };
    }
  }
}

/** A client whose socket opens when it is needed and is given up when the other side no longer answers. */
function openSocket({ url, token }: Target): Client {
  let timer: NodeJS.Timeout | undefined;
  let opened: WebSocket | undefined;
  return createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: PONG_MS,
    on: {
      opened: (socket) => (opened = socket as WebSocket),
      ping: (isReceived) => {
        if (!isReceived) timer = setTimeout(() => opened?.terminate(), PONG_MS);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(timer);
      },
      closed: () => clearTimeout(timer),
    },
  });
}
