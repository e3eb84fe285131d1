import { chainOfCalls } from './chain-app.js';
import { follow, publishApp, readRun, startRun, type RunDetails } from './client.js';
import { startStack, type Stack } from './stack.js';

/* What is shown of runs while and after their workers end, in order or not. */

const CALLS = 3;
let stack: Stack;
let chain: string;
let deadly: string;

beforeAll(async () => {
  stack = await startStack();
  chain = await publishApp(stack, chainOfCalls(CALLS));
  deadly = await publishApp(stack, chainOfCalls(1, 'deadly'));
}, 120_000);
afterAll(() => stack.close());
beforeEach(() => stack.model.resetCalls());

const textOf = (index: number) => `[${index}] `;
const WHOLE = Array.from({ length: CALLS }, (_, index) => textOf(index + 1)).join('');
const held = { text: ['so far', ' and on'], holdAfter: 1 };

/** Every call of the chain is held the first time that it is made, and answered the second time. */
const chainRules = Array.from({ length: CALLS }, (_, index) => index + 1).flatMap((index) => [
  { when: { user: `part call${index}`, nthOfKey: 1 }, reply: held },
  { when: { user: `part call${index}` }, reply: { text: textOf(index) } },
]);

function executionsOf(run: RunDetails, stepKey: string): (string | null)[][] {
  const step = run.steps.find(({ key }) => key === stepKey);
  return (step?.attempts ?? []).map(({ cause, outcome }) => [cause, outcome]);
}

it('a step that kills its worker again and again fails when it was alone, and says so, while its neighbour goes on', async () => {
  await stack.model.setRules([{ when: { user: 'deadly' }, reply: held }, ...chainRules]);
  const killer = await startRun(stack, { appId: deadly, query: 'go' });
  const neighbour = await startRun(stack, { appId: chain, query: 'go' });
  for (let death = 1; death <= 3; death++) {
    // both are in the middle of a call: the killer always of the same, its neighbour of the next
    await stack.model.waitForHeld(2, 30_000);
    await stack.worker.kill();
    await stack.worker.start();
  }
  // with another at work a death proves nothing
  await follow(stack, neighbour);
  await stack.model.waitForHeld(1, 30_000);
  await stack.worker.kill();
  await stack.worker.start();
  await follow(stack, killer);

  const killed = await readRun(stack, killer);
  expect(killed).toMatchObject({ status: 'FAILED', failure: { code: 'step.keptDying' }, needsAttention: null });
  expect(executionsOf(killed, 'call1')).toEqual([
    ['FIRST', null],
    ...Array.from({ length: 3 }, () => ['LOST_WORKER', null]),
    ['LOST_WORKER', 'FAILED'],
  ]);
  const { byKey } = await stack.model.counts();
  expect(Object.entries(byKey).filter(([key]) => key.startsWith(killer))).toEqual([[`${killer}/call1`, 4]]);

  const survived = await readRun(stack, neighbour);
  expect(survived).toMatchObject({ status: 'SUCCEEDED', answer: WHOLE, failure: null });
  for (const call of ['call1', 'call2', 'call3'])
    expect(executionsOf(survived, call)).toEqual([
      ['FIRST', null],
      ['LOST_WORKER', 'SUCCEEDED'],
    ]);
}, 120_000);

/** A worker that was killed is expected back for ten seconds. */
async function readOnceStuck(runId: string): Promise<RunDetails> {
  for (const end = Date.now() + 15_000; ;) {
    const run = await readRun(stack, runId);
    if (run.needsAttention || Date.now() > end) return run;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

it('a run whose worker is stopped in order says that none is there, and goes on with the next', async () => {
  await stack.model.setRules(chainRules);
  const runId = await startRun(stack, { appId: chain, query: 'go' });
  for (let stop = 1; stop <= CALLS; stop++) {
    await stack.model.waitForHeld(1, 30_000);
    expect((await readRun(stack, runId)).needsAttention).toBeNull();
    await stack.worker.stop();
    expect(await readOnceStuck(runId)).toMatchObject({
      status: 'RUNNING',
      needsAttention: { reason: 'No worker is there to carry the run on; it goes on when one starts.' },
    });
    await stack.worker.start();
  }
  await follow(stack, runId);
  const run = await readRun(stack, runId);
  expect(run).toMatchObject({ status: 'SUCCEEDED', answer: WHOLE, needsAttention: null });
  for (const call of ['call1', 'call2', 'call3'])
    expect(executionsOf(run, call)).toEqual([
      ['FIRST', 'WORKER_STOPPED'],
      ['WORKER_STOPPED', 'SUCCEEDED'],
    ]);
}, 120_000);
