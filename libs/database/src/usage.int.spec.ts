import type { StepResult, Usage } from '@tenon/engine';
import {
  cancelAttempt,
  closeAttempt,
  closeRun,
  HistoryRepository,
  openAttempt,
  recordEvents,
  RunRepository,
} from './index.js';
import type { AttemptKey } from './close-attempt.js';
import { eventsOf, startTestDatabase, type TestDatabase } from './testing/index.js';
import { eventsOfTwoSteps, seedTwoSteps } from './testing/two-steps.js';

/* What models cost is known of each execution; steps, runs and teams show all of it, and each token once. */

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const work = { workerId: 'w1', inputs: {}, events: [] };
const usage = (promptTokens: number, completionTokens: number): Usage => ({
  ...{ promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
});
const succeeded = (cost?: Usage): StepResult => ({ ok: true, outputs: { text: 'said' }, ...(cost && { usage: cost }) });
const failed = (cost?: Usage): StepResult => ({
  ...{ ok: false, failure: { code: 'model.cutStream', type: 'InvokeConnectionError', message: 'Cut.' } },
  ...(cost && { usage: cost }),
});

type Place = Pick<AttemptKey, 'teamId' | 'runId'>;

async function read({ teamId, runId }: Place) {
  const history = new HistoryRepository(test.database);
  const steps = await history.listSteps(teamId, runId);
  const attempts = await history.listAttempts(teamId, runId);
  const [team] = await test.database.rows<{ tokens: number }>(
    'select coalesce(sum(tokens), 0)::float8 as tokens from app_usage where team_id = $1',
    [teamId],
  );
  return {
    attempts: attempts.map((attempt) => attempt.usage),
    step: steps.find(({ stepKey }) => stepKey === 'b')?.usage,
    run: (await new RunRepository(test.database).find(teamId, runId))?.usage,
    teamTokens: team?.tokens,
  };
}

/** A run in which `b` is under way in its first execution. */
async function begin() {
  const seeded = await seedTwoSteps(test.database);
  await openAttempt(test.database, seeded.key, { ...work, events: eventsOfTwoSteps().slice(0, 4) });
  return seeded;
}

const say = ({ runId, stepKey, attempt }: AttemptKey, execution: number, text: string) =>
  test.database.rows(
    `insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
     values ($1, $2, $3, $4, 'text', 0, $5)`,
    [runId, stepKey, attempt, execution, text],
  );

describe('what a step has cost', () => {
  it('is that of all its tries', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1)), {});
    await openAttempt(test.database, { ...key, attempt: 2 }, work);
    await closeAttempt(test.database, { ...key, attempt: 2 }, 1, succeeded(usage(10, 5)), {});
    await recordEvents(test.database, key.teamId, key.runId, eventsOfTwoSteps().slice(4));
    const sum = usage(20, 6);
    expect(await read(place)).toEqual({
      ...{ attempts: [usage(10, 1), usage(10, 5)], step: sum, run: sum, teamTokens: 26 },
    });
  });

  it('is there while its run goes on', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1)), {});
    expect(await read(place)).toMatchObject({ step: usage(10, 1), run: usage(10, 1) });
  });

  it('holds what a stopped call cost, though that is known only after the end of the run', async () => {
    const { key, ...place } = await begin();
    const stopped = { seq: 5, at: 2_500, type: 'step.stopped' as const, stepKey: 'b', attempt: 1 };
    const end = eventsOfTwoSteps()[5]!;
    await recordEvents(test.database, key.teamId, key.runId, [stopped, end]);
    await cancelAttempt(test.database, key, 1, { usage: { ...usage(10, 2), isEstimated: true } });
    const cost = { ...usage(10, 2), isEstimated: true };
    expect(await read(place)).toEqual({ attempts: [cost], step: cost, run: cost, teamTokens: 12 });
  });

  it('is marked as estimated when a part of it is', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed({ ...usage(10, 1), isEstimated: true }), {});
    await openAttempt(test.database, { ...key, attempt: 2 }, work);
    await closeAttempt(test.database, { ...key, attempt: 2 }, 1, succeeded(usage(10, 5)), {});
    expect(await read(place)).toMatchObject({
      step: { ...usage(20, 6), isEstimated: true },
      run: { isEstimated: true },
    });
  });

  it('is counted once, however often its end is written', async () => {
    const { key, ...place } = await begin();
    for (let i = 0; i < 3; i++) await closeAttempt(test.database, key, 1, succeeded(usage(10, 5)), {});
    for (let i = 0; i < 2; i++) await cancelAttempt(test.database, key, 1, { usage: usage(10, 5) });
    expect(await read(place)).toMatchObject({ run: usage(10, 5), teamTokens: 15 });
  });

  it('is nothing where no model was asked', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, succeeded(), {});
    await recordEvents(test.database, key.teamId, key.runId, eventsOfTwoSteps().slice(4));
    expect(await read(place)).toEqual({ attempts: [null], step: null, run: usage(0, 0), teamTokens: 0 });
  });

  it('is kept of a run whose workflow ended without telling', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1)), {});
    await closeRun(test.database, key.runId, 3_000, { status: 'stopped', reason: 'gone' });
    expect((await read(place)).run).toEqual(usage(10, 1));
    const events = await eventsOf(test.database, key);
    expect(events.at(-1)).toMatchObject({ outcome: { usage: usage(10, 1) } });
  });
});

describe('W4 a call that is repeated because its worker was lost', () => {
  it('has cost twice: of the lost one what it had said by then, as an estimate', async () => {
    const { key, ...place } = await begin();
    await say(key, 1, 'x'.repeat(20));
    await openAttempt(test.database, key, work);
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 5)), {});
    const lost = { ...usage(10, 5), isEstimated: true };
    const both = { ...usage(20, 10), isEstimated: true };
    expect(await read(place)).toEqual({ attempts: [lost, usage(10, 5)], step: both, run: both, teamTokens: 30 });
  });

  it.each(['fails', 'is stopped'])(
    'has cost what the lost one had said, though the next one %s at once',
    async (how) => {
      const { key, ...place } = await begin();
      await say(key, 1, 'x'.repeat(20));
      await openAttempt(test.database, key, work);
      if (how === 'fails') await closeAttempt(test.database, key, 2, failed(), {});
      else await cancelAttempt(test.database, key, 2, {});
      const lost = { ...usage(0, 5), isEstimated: true };
      expect(await read(place)).toEqual({ attempts: [lost, null], step: lost, run: lost, teamTokens: 5 });
    },
  );

  it('has cost what is known, when the lost one had said nothing', async () => {
    const { key, ...place } = await begin();
    await openAttempt(test.database, key, work);
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 5)), {});
    expect(await read(place)).toMatchObject({ attempts: [null, usage(10, 5)], step: usage(10, 5), teamTokens: 15 });
  });

  it('has cost twice when the lost one answers after all: its own count then holds', async () => {
    const { key, ...place } = await begin();
    await say(key, 1, 'x'.repeat(20));
    await openAttempt(test.database, key, work);
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 5)), {});
    expect(await closeAttempt(test.database, key, 1, succeeded(usage(10, 9)), { reply: 'late' })).toMatchObject({
      usage: usage(10, 5),
    });
    const both = usage(20, 14);
    expect(await read(place)).toEqual({
      attempts: [usage(10, 9), usage(10, 5)],
      step: both,
      run: both,
      teamTokens: 34,
    });
  });
});
