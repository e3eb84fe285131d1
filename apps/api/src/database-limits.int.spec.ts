import { mayMount, mountSmallDisk, takeConnections, until, type SmallDisk } from '@tenon/platform/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { startApiBench, type ApiBench } from './testing/api-bench.js';

/* A database whose disk or whose connections are used up: reads go on, writes say why, and all is well afterwards. */

jest.setTimeout(120_000);

/** How long a change may take until it is seen, in milliseconds. */
const WITHIN_MS = 30_000;

const FULL = 'The disk of the database is full: free some space. What was accepted is safe and goes on then.';

const START =
  'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id status } errors { code message } } }';

/** A chatflow that answers at once. */
const flowOf = (answer: string) => `version: 0.3.0
kind: app
app: {name: Echo, mode: advanced-chat}
workflow:
  graph:
    edges: [{source: start, sourceHandle: source, target: answer, targetHandle: target}]
    nodes:
      - {id: start, type: custom, data: {type: start, title: Start, variables: []}}
      - {id: answer, type: custom, data: {type: answer, title: Answer, answer: '${answer}'}}
`;

/** The same published. */
async function appOf(bench: ApiBench): Promise<string> {
  const content = flowOf('fine');
  const imported = await bench.owner.ask(
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
    { input: { content } },
  );
  const appId = imported.importApp.app.id as string;
  await bench.owner.ask('mutation ($input: AppInput!) { publishApp(input: $input) { version { number } } }', {
    input: { appId },
  });
  return appId;
}

const healthOf = async ({ url }: ApiBench, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/health`, { headers });
  return { status: response.status, body: (await response.json()) as object };
};

const isSkipped = mayMount() ? '' : ' (skipped: this process may not mount a disk)';
(isSkipped ? describe.skip : describe)(`a full disk${isSkipped}`, () => {
  let bench: ApiBench;
  let disk: SmallDisk;

  beforeAll(async () => {
    disk = await mountSmallDisk(await mkdtemp(path.join(os.tmpdir(), 'tenon-disk-')), 'size=160m,mode=755');
    bench = await startApiBench({}, { place: disk.folder });
  });
  afterAll(async () => {
    await bench.close();
    await disk.unmount();
    await rm(disk.folder, { recursive: true });
  });

  it('D3 lets reads go on, refuses writes with what to do, loses nothing accepted, and is over with more room', async () => {
    const appId = await appOf(bench);
    const start = (text: string) => bench.owner.post(START, { input: { appId, query: text, inputs: {} } });
    const accepted = await start('before');
    const { id } = accepted.body.data.startRun.run;
    await disk.fill();

    const large = randomBytes(60_000).toString('base64');
    const refused = await start(large);
    expect(refused.body.errors).toMatchObject([{ message: FULL, extensions: { code: 'UNAVAILABLE' } }]);
    const form = new FormData();
    form.append('file', new Blob([flowOf(large)]));
    const headers = { authorization: `Bearer ${bench.owner.token}` };
    const imported = await fetch(`${bench.url}/api/import`, { method: 'POST', body: form, headers });
    expect(imported.status).toBe(503);
    expect(await imported.json()).toMatchObject({ code: 'database.unavailable', message: FULL });
    await until('a health page that says so', async () => (await healthOf(bench)).status === 503, WITHIN_MS);
    expect(await healthOf(bench, headers)).toMatchObject({
      status: 503,
      body: { status: 'unavailable', reason: FULL, since: expect.any(String) as string },
    });
    // B20 strangers are told that alone
    expect(await healthOf(bench)).toEqual({ status: 503, body: { status: 'unavailable' } });
    const read = `query ($id: ID!) { run(id: $id) { id status } }`;
    expect(await bench.owner.ask(read, { id })).toEqual({ run: { id, status: 'QUEUED' } });

    await disk.free();
    await until('a health page that is well', async () => (await healthOf(bench)).status === 200, WITHIN_MS);
    expect((await start(large)).body.data.startRun.run).toMatchObject({ status: 'QUEUED' });
    expect(await bench.owner.ask(read, { id })).toEqual({ run: { id, status: 'QUEUED' } });
  });
});

describe('connections that others have taken', () => {
  let bench: ApiBench;

  beforeAll(async () => {
    bench = await startApiBench();
    await bench.database.rows('alter system set max_connections = 16');
    await bench.test.postgres.restart();
    await until('a health page that is well', async () => (await healthOf(bench)).status === 200, WITHIN_MS);
  });
  afterAll(() => bench.close());

  it('D4 leave the API those it has: all that is asked waits for its turn, and more come when there are some', async () => {
    const others = await takeConnections(bench.test.url);
    expect(others.count).toBeGreaterThan(0);
    const appId = await appOf(bench);
    const asked = Array.from({ length: 40 }, (_, index) =>
      bench.owner.post(START, { input: { appId, query: String(index), inputs: {} } }),
    );
    expect(await healthOf(bench)).toMatchObject({ status: 200 });
    const answers = await Promise.all(asked);
    expect(answers.map(({ body }) => body.data?.startRun?.run?.status ?? body)).toEqual(answers.map(() => 'QUEUED'));
    await others.free();
    expect(await healthOf(bench)).toMatchObject({ status: 200 });
  });
});
