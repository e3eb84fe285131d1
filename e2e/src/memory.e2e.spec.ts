import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chatflow, get, llm } from './build-app.js';
import { chainOfCalls } from './chain-app.js';
import { follow, publishApp, readRun, startRun, type RunDetails } from './client.js';
import { startStack, type Stack } from './stack.js';

/* What wants more memory than there is fails alone; what still kills workers ends, and its neighbours go on. */

let stack: Stack;
let web: Server;
let webUrl: string;
let folder: string;
/** Called for each request of a flow. */
let onRequest: (url: string) => void = () => undefined;

/** Uses up the heap of a worker in the middle of a step that calls `/deadly`. */
const GREEDY = `
import { subscribe } from 'node:diagnostics_channel';
subscribe('undici:request:create', ({ request }) => {
  if (request.path !== '/greedy') return;
  const taken = [];
  for (;;) taken.push(Array.from({ length: 100_000 }, (_, index) => index + 0.5));
});
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-memory-'));
  await writeFile(path.join(folder, 'greedy.mjs'), GREEDY);
  web = createServer((request, response) => {
    onRequest(request.url ?? '');
    response.end('fine');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  stack = await startStack({
    NODE_OPTIONS: `--max-old-space-size=512 --import=${path.join(folder, 'greedy.mjs')}`,
    TENON_OUTBOUND_ALLOW: '127.0.0.0/8',
  });
}, 120_000);
afterAll(async () => {
  await stack.close();
  web.closeAllConnections();
  web.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  onRequest = () => undefined;
  await stack.model.resetCalls();
});

const large = { text: Array.from({ length: 90 }, () => 'x'.repeat(100_000)) };

async function run(app: string): Promise<RunDetails> {
  const runId = await startRun(stack, { appId: await publishApp(stack, app), query: 'go' });
  await follow(stack, runId);
  return readRun(stack, runId);
}

it('W9 sixteen replies of nine megabytes at once go through a worker with half a gigabyte of heap', async () => {
  await stack.model.setRules([{ reply: large }]);
  const { pid } = stack.worker;
  const names = Array.from({ length: 16 }, (_, index) => `call${index}`);
  const edges = names.flatMap((name) => [`start -> ${name}`, `${name} -> answer`]);
  const ended = await run(
    chatflow(
      names.map((name) => llm(name, name)),
      edges,
      'done',
    ),
  );
  expect(ended).toMatchObject({ status: 'SUCCEEDED', answer: 'done' });
  expect(stack.worker.isRunning && stack.worker.pid).toBe(pid);
}, 180_000);

it('W9 a prompt and an answer of many copies of a large value fail with their reason', async () => {
  await stack.model.setRules([{ reply: large }]);
  const { pid } = stack.worker;
  const copies = '{{#big.text#}}'.repeat(40);
  const big = llm('big', 'big');
  const prompt = chatflow([big, llm('two', copies)], ['start -> big', 'big -> two', 'two -> answer'], 'done');
  expect(await run(prompt)).toMatchObject({ status: 'FAILED', failure: { code: 'value.tooLarge' } });
  const answer = chatflow([big], ['start -> big', 'big -> answer'], copies);
  expect(await run(answer)).toMatchObject({ status: 'FAILED', failure: { code: 'value.tooLarge' } });
  expect(stack.worker.isRunning && stack.worker.pid).toBe(pid);
}, 120_000);

/** Starts the worker again whenever it has died, as the launcher does. @returns how to stop that, with how often it was */
function superviseWorker(): () => Promise<number> {
  let deaths = 0;
  let isOver = false;
  const watch = async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (isOver || stack.worker.isRunning) continue;
      deaths += 1;
      await stack.worker.start();
    }
  };
  const watching = watch();
  return async () => {
    isOver = true;
    await watching;
    return deaths;
  };
}

/** In the middle of it calls are held until they are let go. */
const held = { text: ['fi', 'ne'], holdAfter: 1 };

/** Whoever is held, and whoever calls from now on, is answered. */
async function letGo(): Promise<void> {
  await stack.model.setRules([{ reply: { text: 'fine' } }]);
  await stack.model.release();
}

/** A model call that is in the middle of its answer at the first deaths of its worker. */
async function startNeighbour(): Promise<string> {
  const firstTwo = [1, 2].map((nthOfKey) => ({ when: { user: 'part call1', nthOfKey }, reply: held }));
  await stack.model.setRules([...firstTwo, { reply: { text: 'fine' } }]);
  const runId = await startRun(stack, { appId: await publishApp(stack, chainOfCalls(1)), query: 'go' });
  await stack.model.waitForHeld(1, 30_000);
  return runId;
}

const executionsOf = ({ steps }: RunDetails, stepKey: string) =>
  steps.find(({ key }) => key === stepKey)?.attempts.map(({ cause, outcome }) => [cause, outcome]);

it.each([
  ['uses up the heap of', '/greedy'],
  ['kills', '/deadly'],
])(
  'W9 a short step that %s its worker ends its run after three deaths or more, the last alone, and its neighbour goes on',
  async (_how, address) => {
    onRequest = (url) => {
      if (url === '/deadly') process.kill(stack.worker.pid, 'SIGKILL');
    };
    const neighbour = await startNeighbour();
    const stopSupervising = superviseWorker();
    const killed = await run(chatflow([get('deadly', webUrl + address)], ['start -> deadly', 'deadly -> answer'], '-'));
    await letGo();
    await follow(stack, neighbour);
    // one more for each at which its neighbour was at work too, six at most
    const deaths = await stopSupervising();
    expect(deaths).toBeGreaterThanOrEqual(3);
    expect(deaths).toBeLessThanOrEqual(6);
    expect(killed).toMatchObject({ status: 'FAILED', failure: { code: 'step.keptDying' }, needsAttention: null });
    expect(executionsOf(killed, 'deadly')?.at(-1)).toEqual(['LOST_WORKER', 'FAILED']);
    expect(await readRun(stack, neighbour)).toMatchObject({ status: 'SUCCEEDED', answer: 'fine' });
  },
  180_000,
);

it('W9 of two calls that were open at each death, the one that is open at the third alone is blamed', async () => {
  await stack.model.setRules([{ when: { user: 'deadly' }, reply: held }]);
  const deadly = await startRun(stack, { appId: await publishApp(stack, chainOfCalls(1, 'deadly')), query: 'go' });
  await stack.model.waitForHeld(1, 30_000);
  await stack.model.addRules([
    ...[1, 2, 3].map((nthOfKey) => ({ when: { user: 'part call1', nthOfKey }, reply: held })),
    { when: { user: 'part call1' }, reply: { text: 'fine' } },
  ]);
  const neighbour = await startRun(stack, { appId: await publishApp(stack, chainOfCalls(1)), query: 'go' });
  for (let death = 1; death <= 2; death++) {
    await stack.model.waitForHeld(2, 30_000);
    await stack.worker.kill();
    await stack.worker.start();
  }
  // now one after the other: the neighbour is answered when it is its turn, the other kills
  const callsOf = async (runId: string) => (await stack.model.counts()).byKey[`${runId}/call1`] ?? 0;
  const releasing = setInterval(
    () =>
      void callsOf(neighbour).then(
        async (calls) => calls === 3 && (await callsOf(deadly)) < 3 && stack.model.release(),
      ),
    200,
  );
  try {
    for (const end = Date.now() + 60_000; (await callsOf(deadly)) < 3;) {
      if (Date.now() > end) throw new Error('the third call was not made');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    clearInterval(releasing);
  }
  await stack.worker.kill();
  await stack.worker.start();
  await follow(stack, deadly);
  expect(await readRun(stack, deadly)).toMatchObject({ status: 'FAILED', failure: { code: 'step.keptDying' } });
  await letGo();
  await follow(stack, neighbour);
  expect(await readRun(stack, neighbour)).toMatchObject({ status: 'SUCCEEDED', answer: 'fine' });
}, 180_000);
