import type { AppId, RunId, TeamId } from '@tenon/base';
import type { StepResult, Usage } from '@tenon/engine';
import type { AttemptKey } from './close-attempt.js';
import {
  AppRepository,
  cancelAttempt,
  closeAttempt,
  HistoryRepository,
  listAppUsage,
  openAttempt,
  RunRepository,
} from './index.js';
import { migrateTo } from './migrate.js';
import { migrations } from './migrations/index.js';
import { openDatabase } from './database.js';
import { startTestDatabase, type TestDatabase } from './testing/index.js';
import { eventsOfTwoSteps, seedTwoSteps } from './testing/two-steps.js';

/* What calls have cost at the price of their time is kept of each; steps, runs and apps show the sum, and what is not in it. */

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const PRICE = { input: 2_000_000, output: 8_000_000 };
const work = { workerId: 'w1', inputs: {}, events: [] };
const usage = (promptTokens: number, completionTokens: number, costNanoUsd?: number): Usage => ({
  ...{ promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
  ...(costNanoUsd !== undefined && { costNanoUsd }),
});
const succeeded = (cost: Usage): StepResult => ({ ok: true, outputs: { text: 'said' }, usage: cost });
const failed = (cost: Usage): StepResult => ({
  ...{ ok: false, usage: cost },
  failure: { code: 'model.cutStream', type: 'InvokeConnectionError', message: 'Cut.' },
});

/** A run in which `b` is under way in its first execution. */
async function begin() {
  const seeded = await seedTwoSteps(test.database);
  await openAttempt(test.database, seeded.key, { ...work, events: eventsOfTwoSteps().slice(0, 4) });
  const run = await new RunRepository(test.database).find(seeded.teamId, seeded.runId);
  return { ...seeded, appId: (run as { appId: AppId }).appId };
}

/** Another try at `b`, from its beginning to its end. */
async function tryAgain(key: AttemptKey, attempt: number, result: StepResult): Promise<void> {
  await openAttempt(test.database, { ...key, attempt }, work);
  await closeAttempt(test.database, { ...key, attempt }, 1, result, {});
}

const appUsage = async (teamId: TeamId, appId: AppId, days = 30) =>
  (await listAppUsage(test.database, teamId, [appId], days))[0];

async function read({ teamId, runId, appId }: { teamId: TeamId; runId: RunId; appId: AppId }) {
  const steps = await new HistoryRepository(test.database).listSteps(teamId, runId);
  return {
    step: steps.find(({ stepKey }) => stepKey === 'b')?.usage,
    run: (await new RunRepository(test.database).find(teamId, runId))?.usage,
    app: await appUsage(teamId, appId),
  };
}

describe('what calls have cost together', () => {
  it('is the sum over all tries, failed ones too, of a step, its run and its app', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1, 28_000)), {});
    await tryAgain(key, 2, succeeded(usage(10, 5, 60_000)));
    const sum = usage(20, 6, 88_000);
    expect(await read(place)).toEqual({ step: sum, run: sum, app: { appId: place.appId, calls: 2, usage: sum } });
  });

  it('is marked as a part where a price is not known', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1, 28_000)), {});
    await tryAgain(key, 2, succeeded(usage(10, 5)));
    const sum = { ...usage(20, 6, 28_000), isCostPartial: true };
    expect(await read(place)).toEqual({ step: sum, run: sum, app: { appId: place.appId, calls: 2, usage: sum } });
  });

  it('is unknown where no price is, which is not the same as nothing', async () => {
    const { key, ...place } = await begin();
    await closeAttempt(test.database, key, 1, failed(usage(10, 1)), {});
    expect(await read(place)).toEqual({
      ...{ step: usage(10, 1), run: usage(10, 1) },
      app: { appId: place.appId, calls: 1, usage: usage(10, 1) },
    });
    const free = await begin();
    await closeAttempt(test.database, free.key, 1, succeeded(usage(10, 1, 0)), {});
    expect(await read(free)).toMatchObject({ run: usage(10, 1, 0), app: { usage: usage(10, 1, 0) } });
  });

  it('is exact for more money than anybody has', async () => {
    const { key, ...place } = await begin();
    const nanoUsd = 3_000_000_000_000_001;
    await closeAttempt(test.database, key, 1, failed(usage(1, 1, nanoUsd)), {});
    await tryAgain(key, 2, succeeded(usage(1, 1, nanoUsd)));
    expect(await read(place)).toMatchObject({
      ...{ run: { costNanoUsd: 2 * nanoUsd }, app: { usage: { costNanoUsd: 2 * nanoUsd } } },
    });
  });

  it('holds what a stopped call has cost', async () => {
    const { key, ...place } = await begin();
    const cost = { ...usage(10, 2, 36_000), isEstimated: true };
    await cancelAttempt(test.database, key, 1, { usage: cost, price: PRICE });
    expect(await read(place)).toEqual({ step: cost, run: cost, app: { appId: place.appId, calls: 1, usage: cost } });
  });
});

describe('W4 a call whose worker was lost', () => {
  /** The first execution has said twenty letters when its worker is lost, and the second one ends. */
  async function beginAgain() {
    const begun = await begin();
    await test.database.rows(
      `insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
       values ($1, 'b', 1, 1, 'text', 0, $2)`,
      [begun.runId, 'x'.repeat(20)],
    );
    await openAttempt(test.database, begun.key, work);
    return begun;
  }

  it('has cost about as much as its prompt and its text at the price of the next one', async () => {
    const { key, ...place } = await beginAgain();
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 1, 28_000)), { price: PRICE });
    const both = { ...usage(20, 6, 28_000 + 10 * 2_000 + 5 * 8_000), isEstimated: true };
    expect(await read(place)).toEqual({ step: both, run: both, app: { appId: place.appId, calls: 2, usage: both } });
  });

  it('has a cost that nobody knows where its prompt is longer than the price is for', async () => {
    const { key, ...place } = await beginAgain();
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 1)), { price: { ...PRICE, maxPromptTokens: 9 } });
    const both = { ...usage(20, 6), isEstimated: true };
    expect(await read(place)).toMatchObject({ run: both, app: { calls: 2, usage: both } });
    expect((await read(place)).run).not.toHaveProperty('costNanoUsd');
  });

  it('has cost what it says itself, when it comes back after all: the estimate is taken back', async () => {
    const { key, ...place } = await beginAgain();
    await closeAttempt(test.database, key, 2, succeeded(usage(10, 1, 28_000)), { price: PRICE });
    await closeAttempt(test.database, key, 1, succeeded(usage(10, 9, 92_000)), { price: PRICE });
    const both = usage(20, 10, 120_000);
    expect(await read(place)).toEqual({ step: both, run: both, app: { appId: place.appId, calls: 2, usage: both } });
  });
});

describe('what an app has cost', () => {
  it('is that of the last days, and never shown to another team', async () => {
    const { key, teamId, appId } = await begin();
    const other = await begin();
    await closeAttempt(test.database, key, 1, succeeded(usage(10, 1, 28_000)), {});
    await closeAttempt(test.database, other.key, 1, succeeded(usage(500, 1)), {});
    expect(await listAppUsage(test.database, teamId, [appId, other.appId], 30)).toEqual([
      { appId, calls: 1, usage: usage(10, 1, 28_000) },
    ]);
    const moveBack = (days: number) =>
      test.database.rows('update app_usage set day = day - $2::int where team_id = $1', [teamId, days]);
    await moveBack(29);
    expect(await appUsage(teamId, appId)).toMatchObject({ calls: 1 });
    await moveBack(1);
    expect(await appUsage(teamId, appId)).toBeUndefined();
    expect(await appUsage(teamId, appId, 31)).toMatchObject({ calls: 1 });
  });

  it('is added up when calls of many runs end at once', async () => {
    const { key, teamId, appId } = await begin();
    const attempts = Array.from({ length: 50 }, (_, index) => index + 2);
    await Promise.all(attempts.map((attempt) => tryAgain(key, attempt, succeeded(usage(1, 1, 3)))));
    expect(await appUsage(teamId, appId)).toEqual({ appId, calls: 50, usage: usage(50, 50, 150) });
  });

  it('stays counted for the team when the app is removed', async () => {
    const { key, teamId, appId, runId } = await begin();
    await closeAttempt(test.database, key, 1, succeeded(usage(10, 1, 28_000)), {});
    await test.database.rows('update run set finished_at = now() where id = $1', [runId]);
    expect(await new AppRepository(test.database).remove(teamId, appId)).toBe(true);
    expect(await appUsage(teamId, appId)).toMatchObject({ usage: usage(10, 1, 28_000) });
  });
});

it('what was counted before there were prices is the app\u2019s from the first start on', async () => {
  const NAME = '1764730000000-count-app-usage';
  await test.database.rows('create database earlier');
  const url = new URL(test.url);
  url.pathname = '/earlier';
  const database = openDatabase({ url: url.href, poolSize: 2, name: 'test' });
  const connection = await database.connect();
  const names = migrations.map(({ name }) => name);
  await migrateTo(connection, names.slice(0, names.indexOf(NAME)));
  const { key, teamId, runId } = await seedTwoSteps(database);
  for (const [execution, cost] of [usage(10, 1), { ...usage(10, 5), isEstimated: true }].entries())
    await database.rows(
      `insert into attempt (run_id, step_key, attempt, execution, cause, worker_id, usage)
       values ($1, $2, 1, $3, 'first', 'w', $4::json)`,
      [runId, key.stepKey, execution + 1, JSON.stringify(cost)],
    );
  await migrateTo(connection, [NAME]);
  await connection.end();
  const run = await new RunRepository(database).find(teamId, runId);
  expect(await listAppUsage(database, teamId, [run!.appId], 30)).toEqual([
    { appId: run!.appId, calls: 2, usage: { ...usage(20, 6), isEstimated: true } },
  ]);
  await database.close();
});
