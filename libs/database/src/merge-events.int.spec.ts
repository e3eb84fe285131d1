import {
  advance,
  foldRunView,
  start,
  stepsIn,
  type Message,
  type RunEvent,
  type RunView,
  type Turn,
} from '@tenon/engine';
import { buildPlan } from '@tenon/engine/testing';
import fc from 'fast-check';
import {
  closeRun,
  HistoryRepository,
  recordEvents,
  requeueRun,
  RunRepository,
  type Database,
  type Sql,
} from './index.js';
import { eventsOf, seedApp, seedRun, startTestDatabase, type TestDatabase } from './testing/index.js';

/* What two workers tell of one run, when the first dies before the server knows what it has written. */

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const PLAN = buildPlan('begin -> a -> a2 -> join\nbegin -> b -> b2 -> join\nbegin -> c -> join', {
  steps: { c: { retry: { maxRetries: 2, intervalMs: 10 } } },
});
const STEPS = ['a', 'a2', 'b', 'b2', 'begin', 'c', 'join'];

/** Every result is what it is, in whatever order it comes: `c` fails once. @param picks  which of what is open is next */
function storyOf(picks: readonly number[], stopAfter = Infinity): RunEvent[][] {
  const limits = { maxSteps: 99, maxDurationMs: 99_999 };
  let turn: Turn = start(PLAN, { at: 1, inputs: {}, system: {}, conversation: {}, limits });
  const batches = [[...turn.events]];
  const open: Message[] = [];
  for (let at = 2; !turn.state.outcome; at++) {
    for (const { key, type } of turn.effects)
      if (type === 'startTimer') open.push({ type: 'timer.fired', at, key });
      else if (type === 'perform') open.push({ type: 'step.finished', at, key, result: resultOf(key) });
    const [message] = open.splice((picks[at % picks.length] ?? 0) % open.length, 1);
    const stop: Message = { type: 'cancel.requested', at, reason: 'enough' };
    turn = advance(PLAN, turn.state, at > stopAfter ? stop : { ...(message as Message), at });
    batches.push([...turn.events]);
  }
  return batches;
}

const resultOf = (key: string) =>
  key === 'c#1'
    ? { ok: false as const, failure: { code: 'test.once', type: 'Once', message: 'once' } }
    : { ok: true as const, outputs: { of: key } };

async function seed() {
  const owner = await seedApp(test.database, PLAN);
  return { teamId: owner.teamId, runId: await seedRun(test.database, owner) };
}
type Seeded = Awaited<ReturnType<typeof seed>>;

async function tell({ teamId, runId }: Seeded, batches: readonly (readonly RunEvent[])[]): Promise<void> {
  for (const events of batches) await recordEvents(test.database, teamId, runId, events);
}

/** What the record came to, after checking that whoever follows it understands it. */
async function readRecord({ teamId, runId }: Seeded) {
  const history = new HistoryRepository(test.database);
  const events = await eventsOf(test.database, { teamId, runId });
  const [{ count }] = (await test.database.rows<{ count: number }>(
    'select count(*)::int as count from run_event where run_id = $1',
    [runId],
  )) as [{ count: number }];
  expect(events).toHaveLength(count);
  const view = events.reduce<RunView | undefined>(foldRunView, undefined) as RunView;
  const steps = await history.listSteps(teamId, runId);
  expect(
    stepsIn(view)
      .map(({ stepKey, status }) => [stepKey, status])
      .sort(),
  ).toEqual(steps.map(({ stepKey, status }) => [stepKey, status]).sort());
  const run = await new RunRepository(test.database).find(teamId, runId);
  expect(run).toMatchObject({ status: view.status, lastSeq: events.length });
  return { events, steps, status: view.status };
}

const timesOf = (events: readonly RunEvent[], type: RunEvent['type']) =>
  events.flatMap((event) => (event.type === type && 'stepKey' in event ? [event.stepKey] : [])).sort();

const picks = fc.array(fc.nat({ max: 5 }), { minLength: 3, maxLength: 7 });

it('a story broken off anywhere, then another from its start: each step begins and ends once, the run once', async () => {
  const cases = fc.record({ first: picks, second: picks, cut: fc.nat({ max: 11 }), isSwapped: fc.boolean() });
  const overtaken = [
    { first: [4, 1, 0], second: [2, 0, 0, 4, 0], cut: 4, isSwapped: true },
    { first: [0, 0, 0, 1, 2, 3, 0], second: [5, 0, 0, 1, 0], cut: 5, isSwapped: true },
  ];
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, second, cut, isSwapped }) => {
      const run = await seed();
      await tell(run, storyOf(first).slice(0, cut));
      const batches = storyOf(second);
      // carriers of neighbouring batches may overtake each other
      if (isSwapped) batches.splice(3, 2, ...[batches[4] ?? [], batches[3] ?? []]);
      await tell(run, batches);
      await tell(run, batches.slice(-2));
      const { events, status } = await readRecord(run);
      expect(status).toBe('partiallySucceeded');
      // a batch that overtakes the first that differs cannot be told from one that goes on
      const times = (type: RunEvent['type']) => {
        const all = timesOf(events, type);
        return isSwapped ? [...new Set(all)] : all;
      };
      expect(times('step.started')).toEqual(STEPS);
      expect(times('step.succeeded')).toEqual(STEPS);
      expect(times('step.retrying')).toEqual(['c']);
      expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
    }),
    { numRuns: 40, examples: overtaken.map((one) => [one]) },
  );
}, 60_000);

it('a stop that only the second heard of ends what only the first had begun', async () => {
  const cases = fc.record({
    first: picks,
    second: picks,
    cut: fc.integer({ min: 1, max: 9 }),
    stop: fc.integer({ min: 2, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, second, cut, stop }) => {
      const run = await seed();
      await tell(run, storyOf(first).slice(0, cut));
      await tell(run, storyOf(second, stop));
      const { events, steps, status } = await readRecord(run);
      expect(status).toBe('stopped');
      expect(steps.filter((step) => step.status === 'running' || step.status === 'retrying')).toEqual([]);
      expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
}, 60_000);

it('a story of which carriers were lost, then another: whoever follows understands it, and each step ends once', async () => {
  const written = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 });
  const cases = fc.record({ first: picks, second: picks, written, stop: fc.integer({ min: 2, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, second, written, stop }) => {
      const run = await seed();
      await tell(
        run,
        storyOf(first).filter((_, index) => written[index]),
      );
      await tell(run, storyOf(second, stop));
      const { events, steps } = await readRecord(run);
      expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
      expect(events.at(-1)?.type).toBe('run.finished');
      expect(steps.filter((step) => step.status === 'running' || step.status === 'retrying')).toEqual([]);
      expect(timesOf(events, 'step.succeeded')).toEqual([...new Set(timesOf(events, 'step.succeeded'))]);
    }),
    { numRuns: 60 },
  );
}, 90_000);

it('a gap that another story fills may leave an end without its start: whoever follows begins the step there', async () => {
  const run = await seed();
  const [start = []] = storyOf([0]);
  const begun = (seq: number, stepKey: string) =>
    ({ seq, at: seq, type: 'step.started', stepKey, inputs: {} }) satisfies RunEvent;
  const ended = (seq: number, stepKey: string) =>
    ({ seq, at: seq, type: 'step.succeeded', stepKey, attempt: 1, exit: 'source', outputs: {} }) satisfies RunEvent;
  await tell(run, [[...start.slice(0, 1), begun(2, 'a'), begun(3, 'b')], [ended(6, 'a2')]]);
  await tell(run, [[ended(4, 'b'), begun(5, 'b2')]]);
  const { events } = await readRecord(run);
  expect(timesOf(events, 'step.succeeded')).toEqual(['a2', 'b']);
  expect(timesOf(events, 'step.started')).toEqual(['a', 'b', 'b2']);
});

it('a worker that wakes up late adds nothing behind the end, and changes nothing of what was told', async () => {
  const run = await seed();
  const [first, second] = [storyOf([0]), storyOf([1, 2])];
  await tell(run, first.slice(0, 4));
  await tell(run, second);
  const before = await readRecord(run);
  await tell(run, first.slice(4));
  expect(await readRecord(run)).toEqual(before);
});

it('a record is closed whatever was lost of it: steps are as its events say, and none is under way', async () => {
  const written = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 });
  const cases = fc.record({ first: picks, second: picks, written, cut: fc.nat({ max: 7 }) });
  await fc.assert(
    fc.asyncProperty(cases, async ({ first, second, written, cut }) => {
      const run = await seed();
      // the batch of the start, and all others but the last ones
      const [start, ...others] = storyOf(first).slice(0, 8);
      await tell(run, [start ?? [], ...others.filter((_, index) => written[index])]);
      await tell(run, storyOf(second).slice(0, cut));
      await closeRun(test.database, run.runId, 99, { status: 'failed' });
      const { events, status, steps } = await readRecord(run);
      expect(status).toBe('failed');
      expect(steps.filter((step) => step.status === 'running' || step.status === 'retrying')).toEqual([]);
      expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
    }),
    { numRuns: 40 },
  );
}, 60_000);

it('of a merged record of thousands of events only what a batch tells of is read', async () => {
  const run = await seed();
  const step = (n: number): RunEvent[] => [
    { seq: 2 * n, at: n, type: 'step.started', stepKey: `s${n}`, inputs: {} },
    { seq: 2 * n + 1, at: n, type: 'step.succeeded', stepKey: `s${n}`, attempt: 1, exit: 'source', outputs: {} },
  ];
  const story = Array.from({ length: 2_500 }, (_, index) => step(index + 1));
  const [start = []] = storyOf([0]);
  await tell(run, [start.slice(0, 1), story.flat()]);
  await requeueRun(test.database, run.runId);
  await tell(run, [start.slice(0, 1)]);
  let read = 0;
  const counting = ({ rows }: Sql): Sql => ({
    rows: async <Row>(text: string, parameters?: readonly unknown[]) => {
      const found = await rows<Row>(text, parameters);
      read += found.length;
      return found;
    },
  });
  const database: Database = {
    ...test.database,
    inTransaction: (work) => test.database.inTransaction((sql) => work(counting(sql))),
  };
  await recordEvents(database, run.teamId, run.runId, [...step(2_500), ...step(2_501)]);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(10);
  expect((await eventsOf(test.database, run)).at(-1)).toMatchObject({ seq: 5_003, stepKey: 's2501' });
}, 60_000);
