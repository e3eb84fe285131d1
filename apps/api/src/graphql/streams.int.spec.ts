import { CHANNELS, recordEvents, ring } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import type { RunId, TeamId } from '@tenon/base';
import { createClient, type Client } from 'graphql-ws';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { FollowerRooms } from '../run/follower-rooms.js';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

/** For two pages of events and text, of which a team gets one. */
const ROOM_BYTES = 512 * 1024;

let bench: ApiBench;
let appId: string;
let teamId: TeamId;
beforeAll(async () => {
  bench = await startApiBench({}, { times: { pingMs: 1_000 }, followers: new FollowerRooms(16 * ROOM_BYTES) });
  appId = (await appNamed(bench, 'Chatbot')).id;
  teamId = (await bench.owner.ask('{ viewer { team { id } } }')).viewer.team.id;
}, 60_000);
afterAll(() => bench.close());

const socketUrl = () => `${bench.url.replace('http', 'ws')}/graphql`;
const startRun = async () =>
  (await bench.owner.ask(START, { input: { appId, query: 'watched' } })).startRun.run.id as string;
const tick = () => new Promise((resolve) => setImmediate(resolve));
const record = (runId: string, events: readonly RunEvent[]) =>
  recordEvents(bench.database, teamId, runId as RunId, events);

function connect(): Client {
  return createClient({
    url: socketUrl(),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${bench.owner.token}` },
    retryAttempts: 0,
  });
}

const STARTED: RunEvent = {
  ...{ seq: 1, at: 1, type: 'run.started', inputs: {}, root: 'start' },
  pool: { sys: {}, env: {}, conversation: {} },
};
const usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
const FINISHED: RunEvent = {
  ...{ seq: 4, at: 4, type: 'run.finished' },
  outcome: { status: 'succeeded', outputs: {}, exceptions: 0, steps: 1, usage },
};

const QUERY = `subscription ($id: ID!, $after: Int!) { runEvents(runId: $id, afterSeq: $after) { ... on RunEventUpdate { seq type } } }`;
const follow = (client: Client, runId: string, after = 0) =>
  client.iterate<{ runEvents: { seq?: number }[] }>({ query: QUERY, variables: { id: runId, after } });

/** A connection of somebody who knows the protocol and need not keep to it. */
async function openSocket(options: WebSocket.ClientOptions = {}) {
  const socket = new WebSocket(socketUrl(), 'graphql-transport-ws', options);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${bench.owner.token}` } }));
  await new Promise((resolve) => socket.once('message', resolve));
  const subscribe = (id: string, query: string, runId: string) =>
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables: { id: runId, after: 0 } } }));
  return { socket, closed, subscribe };
}

it('B72 a peer that is gone without a word is found and let go', async () => {
  const runId = await startRun();
  const { closed, subscribe } = await openSocket({ autoPong: false });
  subscribe('1', QUERY, runId);
  while (!bench.watching(runId)) await tick();
  expect(await closed).toBe(1006);
  while (bench.watching(runId)) await tick();
}, 20_000);

it('N2 B72 readers that do not read hold little together, are let go and can go on; others are told meanwhile', async () => {
  const [connections, streams, events, eventBytes] = [4, 8, 500, 16 * 1024];
  const runId = await startRun();
  await record(runId, [STARTED]);
  await bench.database.rows(
    `insert into run_event (run_id, seq, at, type, step_key, payload)
     select $1, seq, now(), 'step.started', 'start', json_build_object('stepKey', 'start', 'inputs', repeat('x', $3))
     from generate_series(2, $2::int) as seq`,
    [runId, events, eventBytes],
  );
  let mostHeld = 0;
  const open = new Set<Socket>();
  const watchWrites = (socket: Socket) => {
    open.add(socket);
    const write = socket.write.bind(socket);
    socket.write = ((...said: Parameters<typeof write>) => {
      const isTaken = write(...said);
      const held = [...open].reduce((bytes, { writableLength }) => bytes + writableLength, 0);
      mostHeld = Math.max(mostHeld, held);
      return isTaken;
    }) as typeof write;
  };
  const server = bench.app.getHttpServer() as Server;
  server.on('connection', watchWrites);
  const whole = QUERY.replace('type', 'type payload');
  const readers = await Promise.all(Array.from({ length: connections }, () => openSocket()));
  for (const { socket, subscribe } of readers) {
    socket.pause();
    for (let n = 0; n < streams; n++) subscribe(String(n), whole, runId);
  }
  while (!bench.watching(runId)) await tick();
  while (mostHeld < eventBytes) await tick();
  const other = await startRun();
  await record(other, [STARTED, { ...FINISHED, seq: 2 }]);
  const reader = connect();
  const told: unknown[] = [];
  for await (const { data } of follow(reader, other)) told.push(...(data?.runEvents ?? []));
  await reader.dispose();
  expect(told).toHaveLength(2);
  while (bench.watching(runId)) await tick();
  for (const { socket } of readers) socket.resume();
  for (const { closed } of readers) expect(await closed).toBe(1006);
  server.off('connection', watchWrites);
  // more than the system takes off our hands, so they did have to wait
  expect(mostHeld).toBeGreaterThan(eventBytes);
  expect(mostHeld).toBeLessThan(ROOM_BYTES / 2);

  await record(runId, [{ ...FINISHED, seq: events + 1 }]);
  const again = connect();
  const seqs: number[] = [];
  for await (const { data } of follow(again, runId, 100))
    seqs.push(...(data?.runEvents.flatMap(({ seq }) => seq ?? []) ?? []));
  expect(seqs).toEqual(Array.from({ length: events + 1 - 100 }, (_, n) => 101 + n));
  await again.dispose();
}, 60_000);

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
  const events: RunEvent[] = [
    STARTED,
    { seq: 2, at: 2, type: 'step.started', stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} },
    { seq: 4, at: 4, type: 'step.started', stepKey: 'llm', inputs: {} },
    { seq: 5, at: 5, type: 'step.succeeded', stepKey: 'llm', attempt: 1, exit: 'source', outputs: { text: 'Hello' } },
    { ...FINISHED, seq: 6 },
  ];
  const say = async (runId: string) => {
    await bench.database.rows(
      `insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
       values ($1, 'llm', 1, 1, 'text', 0, 'Hel')`,
      [runId],
    );
    await ring(bench.database, CHANNELS.run, runId);
  };
  const told = [...events.slice(0, 4), say, ...events.slice(4)];
  const tell = (runId: string, part: (typeof told)[number]) =>
    typeof part === 'function' ? part(runId) : record(runId, [part]);
  for (let phase = 0; phase <= told.length; phase++) {
    const runId = await startRun();
    const client = connect();
    const updates = follow(client, runId);
    let next = updates.next();
    for (const part of told.slice(0, phase)) {
      await tell(runId, part);
      await next;
      next = updates.next();
      next.catch(() => undefined);
    }
    next.catch(() => undefined);
    while (phase < told.length && !bench.watching(runId)) await tick();
    client.terminate();
    while (bench.watching(runId)) await tick();
    for (const part of told.slice(phase)) await tell(runId, part);
    const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { status lastSeq } }', { id: runId });
    expect([phase, run]).toEqual([phase, { status: 'SUCCEEDED', lastSeq: 6 }]);
    expect(await bench.database.rows('select reason from run_command where run_id = $1', [runId])).toEqual([]);
    const seen = told.slice(0, phase).filter((part) => part !== say).length;
    const again = connect();
    const seqs: number[] = [];
    for await (const { data } of follow(again, runId, seen))
      seqs.push(...(data?.runEvents.flatMap(({ seq }) => seq ?? []) ?? []));
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6].slice(seen));
    await again.dispose();
  }
}, 60_000);
