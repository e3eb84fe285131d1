import { recordEvents } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import type { TeamId } from '@tenon/base';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
let appId: string;
let teamId: TeamId;
beforeAll(async () => {
  bench = await startApiBench({}, { times: { pingMs: 300 } });
  appId = (await appNamed(bench, 'Chatbot')).id;
  teamId = (await bench.owner.ask('{ viewer { team { id } } }')).viewer.team.id;
}, 60_000);
afterAll(() => bench.close());

const socketUrl = () => `${bench.url.replace('http', 'ws')}/graphql`;
const startRun = async () =>
  (await bench.owner.ask(START, { input: { appId, query: 'watched' } })).startRun.run.id as string;
const tick = () => new Promise((resolve) => setImmediate(resolve));

function connect(): Client {
  return createClient({
    url: socketUrl(),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${bench.owner.token}` },
    retryAttempts: 0,
  });
}

const QUERY = `subscription ($id: ID!, $after: Int!) { runEvents(runId: $id, afterSeq: $after) { ... on RunEventUpdate { seq type } } }`;
const follow = (client: Client, runId: string, after = 0) =>
  client.iterate<{ runEvents: { seq?: number }[] }>({ query: QUERY, variables: { id: runId, after } });

it('B72 a peer that is gone without a word is found and let go', async () => {
  const runId = await startRun();
  const socket = new WebSocket(socketUrl(), 'graphql-transport-ws', { autoPong: false });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${bench.owner.token}` } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(
    JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { id: runId, after: 0 } } }),
  );
  while (!bench.watching(runId)) await tick();
  expect(await closed).toBe(1006);
  while (bench.watching(runId)) await tick();
}, 20_000);

it('B72 many streams that are opened and left keep nothing, and new work is taken meanwhile', async () => {
  const runId = await startRun();
  const clients = Array.from({ length: 20 }, connect);
  for (const client of clients)
    for (let n = 0; n < 50; n++)
      void follow(client, runId)
        .next()
        .catch(() => undefined);
  while (!bench.watching(runId)) await tick();
  expect(await startRun()).toBeDefined();
  expect((await fetch(`${bench.url}/health`)).status).toBe(200);
  for (const client of clients) client.terminate();
  while (bench.watching(runId)) await tick();
}, 30_000);

it('B72 a connection has so many streams and no more', async () => {
  const runId = await startRun();
  const client = connect();
  const refused = await Promise.any(
    Array.from({ length: 110 }, () =>
      follow(client, runId)
        .next()
        .then(
          () => Promise.reject(new Error('it gave something')),
          (errors: unknown) => errors,
        ),
    ),
  );
  expect(refused).toMatchObject([{ message: expect.stringContaining('at most 100 subscriptions') as string }]);
  await client.dispose();
}, 20_000);

it('B73 a run goes on and its record is whole, whenever its reader leaves', async () => {
  const usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  const events: RunEvent[] = [
    { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    { seq: 2, at: 2, type: 'step.started', stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} },
    {
      ...{ seq: 4, at: 4, type: 'run.finished' },
      outcome: { status: 'succeeded', outputs: {}, exceptions: 0, steps: 1, usage },
    },
  ];
  for (let phase = 0; phase <= events.length; phase++) {
    const runId = await startRun();
    const client = connect();
    const updates = follow(client, runId);
    let first = updates.next();
    for (const event of events.slice(0, phase)) {
      await recordEvents(bench.database, teamId, runId as never, [event]);
      await first;
      first = updates.next();
      first.catch(() => undefined);
    }
    first.catch(() => undefined);
    while (phase < events.length && !bench.watching(runId)) await tick();
    client.terminate();
    while (bench.watching(runId)) await tick();
    for (const event of events.slice(phase)) await recordEvents(bench.database, teamId, runId as never, [event]);
    const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { status lastSeq } }', { id: runId });
    expect([phase, run]).toEqual([phase, { status: 'SUCCEEDED', lastSeq: 4 }]);
    const again = connect();
    const seqs: number[] = [];
    for await (const { data } of follow(again, runId, phase))
      seqs.push(...(data?.runEvents.flatMap(({ seq }) => seq ?? []) ?? []));
    expect(seqs).toEqual([1, 2, 3, 4].slice(phase));
    await again.dispose();
  }
}, 30_000);
