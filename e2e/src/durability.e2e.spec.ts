import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, readRun, startRun, type FollowedRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/*
 * The promise: a run that was accepted ends, whatever dies in its middle; what is finished is not done again; whoever
 * follows it misses nothing and sees nothing twice.
 */

const CALLS = 5;
let stack: Stack;
let appId: string;

beforeAll(async () => {
  stack = await startStack();
  appId = await publishApp(stack, chainOfCalls(CALLS));
}, 120_000);
afterAll(() => stack.close());

const textOf = (index: number) => `[${index}] one two three `;
const WHOLE = Array.from({ length: CALLS }, (_, index) => textOf(index + 1)).join('');

/** Calls answer in pieces; the one in the middle holds after its second piece until it is released. */
async function script(): Promise<void> {
  await stack.model.resetCalls();
  await stack.model.setRules(
    Array.from({ length: CALLS }, (_, index) => ({
      when: { user: `part call${index + 1}` },
      reply: {
        text: textOf(index + 1).split(/(?<= )/),
        betweenMs: 20,
        ...(index + 1 === 3 && { holdAfter: 2 }),
      },
    })),
  );
}

interface Outcome {
  readonly seen: FollowedRun;
  readonly callsByStep: Readonly<Record<string, number>>;
  readonly runId: string;
}

/** Runs the chain; `fault` happens while the third call is in the middle of its answer. */
async function runThrough(fault: () => Promise<void>, app = appId): Promise<Outcome> {
  await script();
  const runId = await startRun(stack, { appId: app, query: 'go' });
  const following = follow(stack, runId);
  await stack.model.waitForHeld(1, 30_000);
  await fault();
  // whichever execution holds now goes on
  await stack.model.resume();
  const seen = await releaseUntil(following);
  return { seen, callsByStep: await countCalls(), runId };
}

async function countCalls(): Promise<Record<string, number>> {
  const { byKey } = await stack.model.counts();
  return Object.fromEntries(Object.entries(byKey).map(([key, count]) => [key.split('/').at(-1), count]));
}

async function releaseUntil(following: Promise<FollowedRun>): Promise<FollowedRun> {
  const releasing = setInterval(() => void stack.model.release().catch(() => undefined), 100);
  try {
    return await following;
  } finally {
    clearInterval(releasing);
  }
}

async function expectWhole({ seen, runId }: Outcome): Promise<void> {
  expect(seen.types.at(-1)).toBe('run.finished');
  expect(seen.seqs).toEqual(seen.seqs.map((_, index) => index + 1));
  expect(seen.answer).toBe(WHOLE);
  const run = await readRun(stack, runId);
  expect(run).toMatchObject({ status: 'SUCCEEDED', answer: WHOLE });
  expect(run.steps.map(({ status }) => status)).toEqual(run.steps.map(() => 'SUCCEEDED'));
}

it('a run that nothing happens to calls each model once', async () => {
  const outcome = await runThrough(async () => undefined);
  await expectWhole(outcome);
  expect(outcome.callsByStep).toEqual({ call1: 1, call2: 1, call3: 1, call4: 1, call5: 1 });
}, 60_000);

it('goes on after the worker was killed: the open call is made again, no finished one is', async () => {
  const outcome = await runThrough(async () => {
    await stack.worker.kill();
    await stack.worker.start();
  });
  await expectWhole(outcome);
  expect(outcome.callsByStep).toEqual({ call1: 1, call2: 1, call3: 2, call4: 1, call5: 1 });
  const { steps } = await readRun(stack, outcome.runId);
  expect(steps.find(({ key }) => key === 'call3')?.attempts).toEqual([
    { attempt: 1, execution: 1, cause: 'FIRST', outcome: null },
    { attempt: 1, execution: 2, cause: 'LOST_WORKER', outcome: 'SUCCEEDED' },
  ]);
}, 90_000);

it('goes on while the API is killed, and whoever follows connects again without gap or duplicate', async () => {
  const outcome = await runThrough(async () => {
    await stack.api.kill();
    await stack.api.start();
  });
  await expectWhole(outcome);
  expect(outcome.seen.losses).toBeGreaterThan(0);
  expect(outcome.callsByStep).toEqual({ call1: 1, call2: 1, call3: 1, call4: 1, call5: 1 });
}, 90_000);

it('goes on after the workflow server was killed, and repeats no finished call', async () => {
  const outcome = await runThrough(async () => {
    await stack.temporal.kill();
    await stack.temporal.restart();
  });
  await expectWhole(outcome);
  const { call3, ...others } = outcome.callsByStep;
  expect(others).toEqual({ call1: 1, call2: 1, call4: 1, call5: 1 });
  expect(call3).toBeLessThanOrEqual(2);
}, 90_000);

it('goes on after Postgres was killed, and repeats no finished call', async () => {
  const outcome = await runThrough(async () => {
    await stack.postgres.kill();
    await stack.postgres.restart();
  });
  await expectWhole(outcome);
  const { call3, ...others } = outcome.callsByStep;
  expect(others).toEqual({ call1: 1, call2: 1, call4: 1, call5: 1 });
  expect(call3).toBeLessThanOrEqual(2);
}, 90_000);

it('is accepted while no worker and no workflow server is there, and runs when they are back', async () => {
  await script();
  await stack.worker.kill();
  await stack.temporal.kill();
  const runId = await startRun(stack, { appId, query: 'go' });
  expect((await readRun(stack, runId)).status).toBe('QUEUED');
  await stack.temporal.restart();
  await stack.worker.start();
  const seen = await releaseUntil(follow(stack, runId));
  expect(seen.answer).toBe(WHOLE);
}, 90_000);

const changes = (document: string) => async (input: object) => {
  const [payload] = Object.values(
    await ask<Record<string, { errors: { code: string }[] }>>(stack, document, { input }),
  );
  return payload?.errors.map(({ code }) => code);
};
const stop = changes('mutation ($input: StopRunInput!) { stopRun(input: $input) { errors { code } } }');
const importInto = changes('mutation ($input: ImportAppInput!) { importApp(input: $input) { errors { code } } }');
const publish = changes('mutation ($input: AppInput!) { publishApp(input: $input) { errors { code } } }');
const remove = changes('mutation ($input: AppInput!) { deleteApp(input: $input) { errors { code } } }');
const saveProvider = changes(
  'mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { errors { code } } }',
);
const deleteProvider = changes(
  'mutation ($input: ProviderInput!) { deleteProvider(input: $input) { errors { code } } }',
);

it('B74 is stopped while its worker is dead, as soon as there is another', async () => {
  await script();
  const runId = await startRun(stack, { appId, query: 'go' });
  const following = follow(stack, runId);
  await stack.model.waitForHeld(1, 30_000);
  await stack.worker.kill();
  for (let n = 0; n < 2; n++) expect(await stop({ runId, reason: 'enough' })).toEqual([]);
  await stack.worker.start();
  const seen = await following;
  expect(seen.types.filter((type) => type === 'run.finished')).toHaveLength(1);
  expect(await readRun(stack, runId)).toMatchObject({ status: 'STOPPED' });
  expect(Object.keys(await countCalls()).sort()).toEqual(['call1', 'call2', 'call3']);
  expect(await stop({ runId, reason: 'again' })).toEqual([]);
  expect(await readRun(stack, runId)).toMatchObject({ status: 'STOPPED' });
}, 90_000);

it('B76 keeps its version while its app is edited and published, and its app', async () => {
  const app = await publishApp(stack, chainOfCalls(CALLS));
  const outcome = await runThrough(async () => {
    expect(await importInto({ appId: app, content: chainOfCalls(CALLS, 'other') })).toEqual([]);
    expect(await publish({ appId: app })).toEqual([]);
    expect(await remove({ appId: app })).toEqual(['app.hasRuns']);
  }, app);
  await expectWhole(outcome);
}, 60_000);

it('B76 says that its provider is gone when it would use it next', async () => {
  expect(await saveProvider({ name: 'ours', baseUrl: stack.model.baseUrl, apiKey: 'sk-ours' })).toEqual([]);
  const app = await publishApp(stack, chainOfCalls(CALLS).replaceAll('provider: openai', 'provider: ours'));
  const { runId, callsByStep } = await runThrough(async () => {
    expect(await deleteProvider({ name: 'ours' })).toEqual([]);
  }, app);
  expect(callsByStep).toEqual({ call1: 1, call2: 1, call3: 1 });
  const { status, failure, steps } = await readRun(stack, runId);
  expect([status, failure]).toEqual([
    'FAILED',
    { code: 'model.notConfigured', message: expect.stringContaining('No provider ours is configured') as string },
  ]);
  expect(steps.at(-1)).toMatchObject({ key: 'call4', status: 'FAILED' });
}, 60_000);
