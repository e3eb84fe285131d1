import { makeTestClock, until, type TestClock } from '@tenon/platform/testing';
import { chatflow, llm } from './build-app.js';
import { ask, follow, publishApp, startRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/* A worker whose clock is wrong: what is recorded and waited for follows the servers. */

const MINUTES = 60_000;

interface Times {
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}
interface TimedRun extends Times {
  readonly status: string;
  readonly steps: readonly (Omit<Times, 'createdAt'> & {
    readonly outputs: { readonly usage?: Readonly<Record<string, unknown>> } | null;
    readonly attempts: readonly Omit<Times, 'createdAt'>[];
  })[];
}

const TIMES = `query ($id: ID!) { run(id: $id) { status createdAt startedAt finishedAt
  steps { startedAt finishedAt outputs attempts { startedAt finishedAt } } } }`;
const readTimes = async (stack: Stack, id: string) => (await ask<{ run: TimedRun }>(stack, TIMES, { id })).run;

/** How far the clock of the worker is ahead, as it has found itself. */
async function workerAheadMs({ url, token }: Stack): Promise<number> {
  const health = await fetch(`${url}/health`, { headers: { authorization: `Bearer ${token}` } });
  const { clocks } = (await health.json()) as { clocks?: { workerAheadMs: number | null } };
  return clocks?.workerAheadMs ?? NaN;
}

const flow = chatflow(
  [llm('first', 'first'), llm('second', 'second')],
  ['start -> first', 'first -> second', 'second -> answer'],
  'done',
);

const triedAgain = chatflow(
  [
    `${llm('asked', 'asked')}
          retry_config: {retry_enabled: true, max_retries: 3, retry_interval: 100}`,
  ],
  ['start -> asked', 'asked -> answer'],
  'done',
);

describe.each([
  ['is five minutes ahead', 5 * MINUTES, 0, 'UTC'],
  ['is five minutes behind', -5 * MINUTES, 0, 'UTC'],
  ['is an hour behind, as after summer time where clocks are set by hand', -60 * MINUTES, 0, 'Europe/Berlin'],
  ['does seconds twice and leaves seconds out', 0, 1_000, 'UTC'],
])('a worker whose clock %s', (_how, shiftMs, leapMs, zone) => {
  let stack: Stack;
  let clock: TestClock;

  beforeAll(async () => {
    clock = await makeTestClock('temporal/worker', leapMs);
    await clock.shift(shiftMs);
    const settings = { TENON_MODEL_FIRST_TOKEN_SECONDS: '3' };
    stack = await startStack({ ...settings, NODE_OPTIONS: clock.nodeOptions, TZ: zone });
    const isShifted = async () => Math.abs((await workerAheadMs(stack)) - shiftMs) < MINUTES;
    await until('a worker that is shifted', isShifted, 30_000);
  }, 120_000);
  afterAll(async () => {
    await stack.close();
    await clock.remove();
  });

  it('C1 records no time outside the real one, and no end before its beginning', async () => {
    const appId = await publishApp(stack, flow);
    const began = Date.now();
    const id = await startRun(stack, { appId, query: 'go' });
    await follow(stack, id);
    const ended = Date.now();
    const run = await readTimes(stack, id);
    expect(run.status).toBe('SUCCEEDED');
    const parts = [run, ...run.steps, ...run.steps.flatMap(({ attempts }) => attempts)];
    for (const { startedAt, finishedAt } of parts) {
      const [from, to] = [Date.parse(startedAt as string), Date.parse(finishedAt as string)];
      expect(from).toBeGreaterThanOrEqual(began - 1_000);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(to).toBeLessThanOrEqual(ended + 1_000);
    }
    const lasted = run.steps.flatMap(({ outputs }) =>
      ['latency', 'time_to_first_token', 'time_to_generate'].flatMap((name) => outputs?.usage?.[name] ?? []),
    );
    expect(lasted).toHaveLength(6);
    expect(JSON.stringify(lasted)).not.toContain('-');
  }, 60_000);

  it('C1 waits as long as it is asked to, and gives up in time', async () => {
    const appId = await publishApp(stack, triedAgain);
    const busy = { kind: 'status', status: 429 } as const;
    await stack.model.setRules([
      { when: { user: 'asked', nth: 1 }, fault: { ...busy, retryAfter: 2 } },
      { when: { user: 'asked', nth: 1 }, fault: { kind: 'neverAnswers' } },
      { when: { user: 'asked', nth: 1 }, fault: { ...busy, retryAfter: new Date(Date.now() + 12_000).toUTCString() } },
    ]);
    const askedUntil = Date.now() + 11_000;
    const id = await startRun(stack, { appId, query: 'go' });
    await follow(stack, id);
    const { steps, status } = await readTimes(stack, id);
    const tries = steps.find(({ attempts }) => attempts.length > 1)?.attempts ?? [];
    const at = tries.map(({ startedAt, finishedAt }) => [startedAt, finishedAt].map((time) => Date.parse(time ?? '')));
    expect([status, at.length]).toEqual(['PARTIALLY_SUCCEEDED', 4]);
    const [first, second, , fourth] = at as [number[], number[], number[], number[]];
    const since = (from: number | undefined, to: number | undefined) => (to ?? NaN) - (from ?? NaN);
    for (const [waitedMs, leastMs] of [
      [since(first[1], second[0]), 2_000],
      [since(second[0], second[1]), 3_000],
      [since(askedUntil, fourth[0]), 0],
    ] as const) {
      expect(waitedMs).toBeGreaterThanOrEqual(leastMs - 100);
      expect(waitedMs).toBeLessThan(leastMs + MINUTES);
    }
  }, 60_000);

  it('C1 ends what waits in the queue at the real time', async () => {
    const appId = await publishApp(stack, flow);
    await stack.worker.stop();
    const id = await startRun(stack, { appId, query: 'go' });
    await ask(stack, 'mutation ($input: StopRunInput!) { stopRun(input: $input) { errors { code } } }', {
      input: { runId: id },
    });
    await stack.worker.start();
    await follow(stack, id);
    const { status, createdAt, finishedAt } = await readTimes(stack, id);
    expect(status).toBe('STOPPED');
    expect(Date.parse(finishedAt as string)).toBeGreaterThanOrEqual(Date.parse(createdAt));
    expect(Date.parse(finishedAt as string)).toBeLessThanOrEqual(Date.now() + 1_000);
  }, 60_000);
});
