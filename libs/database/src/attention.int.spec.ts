import type { RunId, TeamId } from '@tenon/base';
import {
  beatLease,
  claimQueuedRuns,
  countWork,
  endLease,
  listAttention,
  listSilentRuns,
  markRelayed,
  noteAttention,
  recordEvents,
  touchRun,
  type RunAttention,
} from './index.js';
import { startTestDatabase, type TestDatabase } from './testing/index.js';
import { eventsOfTwoSteps, seedTwoSteps } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());
beforeEach(async () => {
  await test.database.rows('delete from team');
  await test.database.rows('delete from worker_lease');
});

const since = new Date('2026-01-02T03:04:05Z');
const BUG = { reason: 'There is a bug.', since };

async function findAttention(teamId: TeamId, runId: RunId): Promise<RunAttention | undefined> {
  return (await listAttention(test.database, teamId, [runId])).get(runId);
}

/** A run that a workflow has, of two steps. */
async function seedUnderWay() {
  const seeded = await seedTwoSteps(test.database);
  await claimQueuedRuns(test.database, 10, 100);
  await markRelayed(test.database, [seeded.runId]);
  return { ...seeded, find: () => findAttention(seeded.teamId, seeded.runId) };
}

describe('a run that cannot go on', () => {
  it('says why and since when, until its next event', async () => {
    await beatLease(test.database, 'w');
    const { teamId, runId, find } = await seedUnderWay();
    expect(await find()).toBeUndefined();
    await noteAttention(test.database, runId, BUG);
    await noteAttention(test.database, runId, { reason: 'There is another.', since: new Date() });
    expect(await find()).toEqual({ reason: 'There is another.', since });
    expect(await countWork(test.database)).toEqual({ queued: 0, underWay: 1, needAttention: 1, workers: 1 });
    const [first, ...rest] = eventsOfTwoSteps();
    await recordEvents(test.database, teamId, runId, [first!]);
    expect(await find()).toBeUndefined();
    // events that a repeated call writes again are no news
    await noteAttention(test.database, runId, BUG);
    await recordEvents(test.database, teamId, runId, [first!]);
    expect(await find()).toEqual(BUG);
    await recordEvents(test.database, teamId, runId, rest);
    await noteAttention(test.database, runId, BUG);
    expect(await find()).toBeUndefined();
  });

  it('is looked at again although it is not silent, unless it was noted anew, and is well when that finds so', async () => {
    await beatLease(test.database, 'w');
    const { runId, find } = await seedUnderWay();
    await noteAttention(test.database, runId, BUG);
    expect(await listSilentRuns(test.database, 60, 10)).toEqual([]);
    await test.database.rows(`update run set touched_at = now() - interval '9 seconds' where id = $1`, [runId]);
    expect((await listSilentRuns(test.database, 60, 10)).map(({ id }) => id)).toEqual([runId]);
    await touchRun(test.database, runId);
    expect(await find()).toBeUndefined();
    expect(await listSilentRuns(test.database, 60, 10)).toEqual([]);
  });

  it('of another team says nothing', async () => {
    const { runId } = await seedUnderWay();
    const other = await seedUnderWay();
    await noteAttention(test.database, runId, BUG);
    expect(await findAttention(other.teamId, runId)).toBeUndefined();
  });
});

describe('all runs under way', () => {
  it('need a worker, since the last one was heard of', async () => {
    const { find } = await seedUnderWay();
    const queued = await seedTwoSteps(test.database);
    await test.database.rows(`update run set touched_at = now() - interval '1 hour'`);
    await beatLease(test.database, 'w');
    expect(await find()).toBeUndefined();
    await test.database.rows(`update worker_lease set beat_at = now() - interval '11 seconds'`);
    const attention = await find();
    expect(attention?.reason).toContain('No worker is there');
    const [lease] = await test.database.rows<{ beatAt: Date }>('select beat_at as "beatAt" from worker_lease');
    expect(attention?.since).toEqual(lease?.beatAt);
    expect(await findAttention(queued.teamId, queued.runId)).toBeUndefined();
    expect(await countWork(test.database)).toEqual({ queued: 1, underWay: 1, needAttention: 1, workers: 0 });
    await beatLease(test.database, 'next');
    expect(await find()).toBeUndefined();
  });

  it('need a workflow server that answers at least one worker', async () => {
    const { find } = await seedUnderWay();
    await beatLease(test.database, 'a', true);
    await beatLease(test.database, 'b', false);
    expect(await find()).toBeUndefined();
    await beatLease(test.database, 'b', true);
    const attention = await find();
    expect(attention?.reason).toContain('The workflow server does not answer');
    await beatLease(test.database, 'a', true);
    expect(await find()).toEqual(attention);
    await endLease(test.database, 'b');
    await beatLease(test.database, 'a', false);
    expect(await find()).toBeUndefined();
  });
});
