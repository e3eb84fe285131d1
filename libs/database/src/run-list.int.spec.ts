import type { RunId } from '@tenon/base';
import { countRuns, RunRepository } from './index.js';
import { seedAgedRun, seedApp, startTestDatabase, type TestDatabase } from './testing/index.js';
import { NO_USAGE, PLAN } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

it('runs are found by what they were asked, by their time, and by their state, and no other team’s', async () => {
  const [owner, other] = [await seedApp(test.database, PLAN), await seedApp(test.database, PLAN)];
  const runs = new RunRepository(test.database);
  const seed = async (days: number, system: object, inputs: object, of = owner) => {
    const id = await seedAgedRun(test.database, of, { daysAgo: days });
    await test.database.rows('update run set system = $2, inputs = $3 where id = $1', [id, system, inputs]);
    return id;
  };
  const old = await seed(10, { query: 'How is the WEATHER in Zürich?' }, {});
  const middle = await seed(5, {}, { city: 'Zürich', note: '100% _sure_' });
  const young = await seed(1, { query: 'Hello' }, {});
  await seed(1, { query: 'weather' }, {}, other);
  const found = async (filter: Parameters<typeof runs.list>[1]) =>
    (await runs.list(owner.teamId, filter, { first: 10 })).map(({ id }): RunId => id);
  expect(await found({})).toEqual([young, middle, old]);
  expect(await found({ text: 'weather' })).toEqual([old]);
  expect(await found({ text: 'ZÜRICH' })).toEqual([middle, old]);
  // what means something in a pattern is text here
  expect(await found({ text: '0% _s' })).toEqual([middle]);
  expect(await found({ text: '%' })).toEqual([middle]);
  expect(await found({ createdFrom: daysAgo(6) })).toEqual([young, middle]);
  expect(await found({ createdFrom: daysAgo(6), createdBefore: daysAgo(2) })).toEqual([middle]);
  expect(await found({ createdFrom: daysAgo(6), text: 'weather' })).toEqual([]);
  expect(await found({ statuses: ['failed'] })).toEqual([]);
});

it('the runs of a team are counted since a time, with what they have cost', async () => {
  const [owner, other] = [await seedApp(test.database, PLAN), await seedApp(test.database, PLAN)];
  const usage = (costNanoUsd?: number) => ({
    ...NO_USAGE,
    totalTokens: 5,
    ...(costNanoUsd !== undefined && { costNanoUsd }),
  });
  const seed = async (days: number, status: 'succeeded' | 'failed', cost: object | null, of = owner) => {
    const id = await seedAgedRun(test.database, of, { daysAgo: days });
    await test.database.rows('update run set usage = $2, status = $3 where id = $1', [id, cost, status]);
  };
  await seed(3, 'failed', usage(7));
  await seed(1, 'succeeded', null);
  const counted = () => countRuns(test.database, owner.teamId, daysAgo(2));
  expect(await counted()).toEqual({ runs: 1, failed: 0, usage: null });
  await seed(1, 'failed', usage(7));
  await seed(1, 'succeeded', usage());
  await seed(1, 'succeeded', usage(9), other);
  expect(await counted()).toMatchObject({
    ...{ runs: 3, failed: 1 },
    usage: { totalTokens: 10, costNanoUsd: 7, isCostPartial: true },
  });
});
