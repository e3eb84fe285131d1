import { MemoryRoom } from '@tenon/base';
import type { Server, ServerResponse } from 'node:http';
import { startApiBench, type ApiBench } from '../testing/api-bench.js';
import { requestText, sendRaw } from '../testing/raw-request.js';

const MIB = 1024 * 1024;
const ROOM_BYTES = 32 * MIB;

let bodies: MemoryRoom;
let values: MemoryRoom;
let bench: ApiBench;
const start = (roomMs: number) => async () => {
  bodies = new MemoryRoom(ROOM_BYTES, 64 * 1024);
  values = new MemoryRoom(64 * MIB, 128 * 1024);
  bench = await startApiBench(
    {},
    { bodies: { bytes: bodies, values }, times: { roomMs }, threadLimits: { timeMs: 2_000, memoryMiB: 512 } },
  );
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const head = ({ token } = bench.owner) => ['content-type: application/json', `authorization: Bearer ${token}`];
const viewer = '{ viewer { email } }';
const large = () => JSON.stringify({ query: viewer, variables: { unused: 'x'.repeat(8 * MIB) } });

/** Of the next request that comes. */
function nextResponse(): Promise<ServerResponse> {
  const server = bench.app.getHttpServer() as Server;
  return new Promise((resolve) => server.once('request', (_request, response) => resolve(response)));
}

/** All of the room that a team may have is taken by bodies that do not come. */
async function fillRoom(): Promise<{ empty(): void }> {
  const lines = ['POST /graphql HTTP/1.1', 'host: 127.0.0.1', ...head(), `content-length: ${12 * MIB}`];
  const requests = [1, 2, 3].map(() => sendRaw(bench.url, `${lines.join('\r\n')}\r\n\r\n{`));
  while (bodies.heldBytes < 11 * MIB) await turn();
  return { empty: () => requests.forEach(({ socket }) => socket.destroy()) };
}

describe('large bodies', () => {
  beforeAll(start(60_000), 60_000);
  afterAll(() => bench.close());
  afterEach(async () => {
    while (bodies.heldBytes > 0) await turn();
  });

  it('B72 are read a few at a time, however many come, and small requests are answered meanwhile', async () => {
    let mostBytes = 0;
    const watching = setInterval(() => (mostBytes = Math.max(mostBytes, bodies.heldBytes)), 1);
    const body = large();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bench.owner.token}` };
    let answered = 0;
    const ask = async () => {
      const response = await fetch(`${bench.url}/graphql`, { method: 'POST', headers, body });
      answered += 1;
      return response.status;
    };
    const many = Promise.all(Array.from({ length: 30 }, ask)).finally(() => clearInterval(watching));
    while (bodies.heldBytes < ROOM_BYTES / 4) await turn();
    expect((await bench.owner.ask(viewer)).viewer.email).toBe('owner@tenon.local');
    expect(answered).toBeLessThan(30);
    expect(new Set(await many)).toEqual(new Set([200]));
    expect(mostBytes).toBeLessThanOrEqual(ROOM_BYTES / 2);
  }, 60_000);

  it('B72 of one team leave room for those of another', async () => {
    const room = await fillRoom();
    const { status } = await bench.stranger.post(viewer, { unused: 'x'.repeat(10 * MIB) });
    expect([status, bodies.heldBytes > 11 * MIB]).toEqual([200, true]);
    room.empty();
  });

  it('that wait are forgotten with whoever sent them', async () => {
    const room = await fillRoom();
    const { socket } = sendRaw(bench.url, requestText('POST /graphql', head(), large()));
    await nextResponse();
    socket.destroy();
    room.empty();
    // all is given back
    while (bodies.heldBytes > 0) await turn();
  });

  it('are held as long as they are worked on, also when whoever sent them has left', async () => {
    const nodes = Array.from({ length: 9_990 }, (_, n) => ({ id: `n${n}`, data: { type: 'end', numbers: [1, 2, 3] } }));
    const content = JSON.stringify({ kind: 'app', version: '0.3.0', workflow: { graph: { nodes, edges: [] } } });
    const query = 'mutation ($input: ImportAppInput!) { importApp(input: $input) { errors { code } } }';
    const asked = nextResponse();
    const body = JSON.stringify({ query, variables: { input: { content } } });
    const { socket } = sendRaw(bench.url, requestText('POST /graphql', head(), body));
    const response = await asked;
    while (bench.definitionThreads.underWay === 0) await turn();
    socket.destroy();
    while (!response.destroyed) await turn();
    expect([bodies.heldBytes > 0, bench.definitionThreads.underWay]).toEqual([true, 1]);
  }, 20_000);
});

describe('bodies of many small values', () => {
  beforeAll(start(60_000), 60_000);
  afterAll(() => bench.close());
  afterEach(async () => {
    while (values.heldBytes > 0) await turn();
  });
  const dense = (count: number) => ({ unused: Array<object>(count).fill({}) });

  it('B72 are refused when there would be no memory for what they become, before they are parsed', async () => {
    const { status, body } = await bench.owner.post(viewer, dense(1_000_000));
    expect([status, body]).toEqual([
      413,
      expect.objectContaining({ code: 'request.tooLarge', message: expect.stringContaining('values') as string }),
    ]);
    expect((await bench.owner.post(viewer, dense(100_000))).status).toBe(200);
  });

  it('B72 are parsed a few at a time for a team, which keeps no others out', async () => {
    let mostBytes = 0;
    const watching = setInterval(() => (mostBytes = Math.max(mostBytes, values.heldBytes)), 1);
    const many = Promise.all(Array.from({ length: 20 }, () => bench.owner.post(viewer, dense(100_000))));
    while (values.heldBytes === 0) await turn();
    expect((await bench.stranger.post(viewer, dense(50_000))).status).toBe(200);
    const statuses = (await many.finally(() => clearInterval(watching))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect([mostBytes > 0, mostBytes <= 64 * MIB]).toEqual([true, true]);
  }, 60_000);

  it('B72 are for members alone, however short they are written', async () => {
    expect((await bench.nobody.post(viewer, dense(2_000))).status).toBe(413);
    expect((await bench.nobody.post(viewer, dense(100))).body).toEqual({ data: { viewer: null } });
    expect((await bench.owner.post(viewer, dense(2_000))).status).toBe(200);
  });

  it.each([
    ['{"query":', 400],
    ['"text"', 400],
    ['7', 400],
    ['\ufeff{"query":"{ viewer { email } }"}', 200],
  ])('are read as JSON and nothing else: %s', async (body, status) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${bench.owner.token}` };
    expect((await fetch(`${bench.url}/graphql`, { method: 'POST', headers, body })).status).toBe(status);
  });
});

describe('a large body for which there is no room for long', () => {
  beforeAll(start(100), 60_000);
  afterAll(() => bench.close());

  it.each(['/graphql', '/api/files', '/api/import'])('B72 is refused with when to send it again: %s', async (path) => {
    const room = await fillRoom();
    const answer = await sendRaw(bench.url, requestText(`POST ${path}`, head(), large())).answer;
    expect(answer).toMatch(/^HTTP\/1.1 503 [^]*retry-after: \d+[^]*"code":"request\.noRoom"/i);
    expect((await bench.owner.ask(viewer)).viewer.email).toBe('owner@tenon.local');
    room.empty();
    while (bodies.heldBytes > 0) await turn();
    const again = await sendRaw(bench.url, requestText(`POST ${path}`, head(), large())).answer;
    expect(again).not.toMatch(/^HTTP\/1.1 503/);
  });
});
