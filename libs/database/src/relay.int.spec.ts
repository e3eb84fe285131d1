import type { RunId } from '@tenon/base';
import {
  beatLease,
  claimCommands,
  claimQueuedRuns,
  closeAttempt,
  countWork,
  endQueuedRun,
  listSilentRuns,
  markDelivered,
  markRelayed,
  newId,
  openAttempt,
  recordEvents,
  releaseRun,
  requeueRun,
  RunRepository,
} from './index.js';
import { eventsOf, seedApp, seedRun, startTestDatabase, type TestDatabase } from './testing/index.js';
import { eventsOfTwoSteps, PLAN, seedTwoSteps } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

describe('accepting a run', () => {
  it('gives one run for one key and request, and refuses the key for another request', async () => {
    const owner = await seedApp(test.database, PLAN);
    const runs = new RunRepository(test.database);
    const accept = (requestHash: string) =>
      runs.accept({
        ...owner,
        id: newId<RunId>(),
        versionId: null,
        planHash: 'plan',
        conversationId: null,
        channel: 'test',
        createdBy: null,
        inputs: {},
        system: {},
        idempotency: { key: 'k', requestHash },
      });
    const accepted = await Promise.all(Array.from({ length: 100 }, () => accept('same')));
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(1);
    await expect(accept('other')).rejects.toMatchObject({ code: 'run.keyReused' });
    expect(await runs.list(owner.teamId, {}, { first: 10 })).toHaveLength(1);
  });
});

describe('the relay', () => {
  beforeEach(() => test.database.rows('delete from team'));

  it('B82 takes up at once what was claimed, beaten or heard of before the clock was set back an hour', async () => {
    const { runId } = await seedTwoSteps(test.database);
    const owner = await seedApp(test.database, PLAN, 'other plan');
    const silent = await seedRun(test.database, owner, 'other plan');
    await claimQueuedRuns(test.database, 10, 100);
    await markRelayed(test.database, [silent]);
    await new RunRepository(test.database).requestStop(owner.teamId, silent, 'enough');
    expect(await claimCommands(test.database, 10)).toHaveLength(1);
    await beatLease(test.database, 'dead');
    const later = (column: string) => `${column} = ${column} + interval '1 hour'`;
    await test.database.rows(`update run set ${later('relay_until')}, ${later('touched_at')}`);
    await test.database.rows(`update run_command set ${later('claimed_until')}`);
    await test.database.rows(`update worker_lease set ${later('beat_at')}`);
    expect((await claimQueuedRuns(test.database, 10, 100)).map(({ id }) => id)).toEqual([runId]);
    expect(await claimCommands(test.database, 10)).toHaveLength(1);
    expect((await listSilentRuns(test.database, 20, 10)).map(({ id }) => id)).toEqual([silent]);
    expect((await countWork(test.database)).workers).toBe(0);
  });

  it('claims each queued run once, and again when the claim has run out', async () => {
    const { runId } = await seedTwoSteps(test.database);
    const claims = await Promise.all([1, 2, 3].map(() => claimQueuedRuns(test.database, 10, 100)));
    expect(claims.flat().map(({ id }) => id)).toEqual([runId]);
    expect(claims.flat()[0]?.plan).toEqual(PLAN);
    await test.database.rows(`update run set relay_until = now() - interval '1 second'`);
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(1);
    await markRelayed(test.database, [runId]);
    await test.database.rows(`update run set relay_until = now() - interval '1 second'`);
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(0);
  });

  it('starts no more of a team than it may have under way, oldest first', async () => {
    const owner = await seedApp(test.database, PLAN);
    const ids: RunId[] = [];
    for (let i = 0; i < 4; i++) ids.push(await seedRun(test.database, owner));
    const first = await claimQueuedRuns(test.database, 10, 2);
    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    await markRelayed(
      test.database,
      first.map(({ id }) => id),
    );
    expect(await claimQueuedRuns(test.database, 10, 2)).toHaveLength(0);
    await recordEvents(test.database, owner.teamId, ids[0]!, eventsOfTwoSteps());
    expect((await claimQueuedRuns(test.database, 10, 2)).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('gives a run back with the reason that keeps it waiting', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    await claimQueuedRuns(test.database, 10, 100);
    await releaseRun(test.database, runId, 'away');
    const runs = new RunRepository(test.database);
    expect(await runs.find(teamId, runId)).toMatchObject({ relayError: 'away', isRelayed: false });
    await markRelayed(test.database, [runId]);
    expect(await runs.find(teamId, runId)).toMatchObject({ relayError: null, isRelayed: true });
  });

  it('finds silent runs and can queue them again', async () => {
    const { runId } = await seedTwoSteps(test.database);
    await claimQueuedRuns(test.database, 10, 100);
    await markRelayed(test.database, [runId]);
    expect(await listSilentRuns(test.database, 60, 10)).toEqual([]);
    await test.database.rows(`update run set touched_at = now() - interval '2 minutes'`);
    expect((await listSilentRuns(test.database, 60, 10)).map(({ id }) => id)).toEqual([runId]);
    await requeueRun(test.database, runId);
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(1);
  });

  it('B81 queues a run again once, though two have seen that its workflow is lost', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(0, 2));
    await test.database.rows(`update run set touched_at = now() - interval '2 minutes' where id = $1`, [runId]);
    const look = async () => (await listSilentRuns(test.database, 60, 10)).find(({ id }) => id === runId);
    const [first, second] = [await look(), await look()];
    await requeueRun(test.database, runId, first?.relayedAt);
    const runs = new RunRepository(test.database);
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'queued', isRelayed: false });
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(0, 3));
    await requeueRun(test.database, runId, second?.relayedAt);
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'running', isRelayed: true });
  });

  it('T3 merges what a run tells that is queued again into what was told, for those who follow it', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    const story = eventsOfTwoSteps();
    await recordEvents(test.database, teamId, runId, story.slice(0, 4));
    const told = await eventsOf(test.database, { teamId, runId });
    await requeueRun(test.database, runId);
    const runs = new RunRepository(test.database);
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'queued', lastSeq: 4, isRelayed: false });
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(1);
    await recordEvents(test.database, teamId, runId, story.slice(0, 2));
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'running', lastSeq: 4, isRelayed: true });
    await recordEvents(test.database, teamId, runId, story.slice(2));
    const events = await eventsOf(test.database, { teamId, runId });
    expect(events.slice(0, 4)).toEqual(told);
    expect(events.map(({ seq, type }) => [seq, type])).toEqual(story.map(({ seq, type }) => [seq, type]));
  });

  it('T3 ends a run that is stopped while it is queued again behind what was told', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(0, 4));
    await requeueRun(test.database, runId);
    expect(await endQueuedRun(test.database, runId, 'enough', 3_000)).toMatchObject({
      hasEnded: true,
      wasClaimed: false,
    });
    const events = await eventsOf(test.database, { teamId, runId }, 4);
    expect(events).toMatchObject([
      { seq: 5, type: 'step.stopped', stepKey: 'b' },
      { seq: 6, type: 'run.finished', outcome: { status: 'stopped', reason: 'enough', steps: 2 } },
    ]);
  });

  it('B74 delivers a stop once, however often it is asked for, and none to a run that has ended', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    const runs = new RunRepository(test.database);
    for (const reason of ['enough', 'again', 'and again']) await runs.requestStop(teamId, runId, reason);
    const commands = (await Promise.all([1, 2].map(() => claimCommands(test.database, 10)))).flat();
    expect(commands).toHaveLength(1);
    const [command] = commands;
    expect(command).toMatchObject({ runId, reason: 'enough' });
    await markDelivered(test.database, command!.id);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps());
    await runs.requestStop(teamId, runId, 'too late');
    expect(await claimCommands(test.database, 10)).toEqual([]);
  });

  it('B74 ends no run in the queue that a relay has begun to start, however long ago it was asked to', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    const runs = new RunRepository(test.database);
    await runs.requestStop(teamId, runId, 'enough');
    expect(await claimCommands(test.database, 10)).toMatchObject([{ runId }]);
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(1);
    const stop = () => endQueuedRun(test.database, runId, 'enough', 3_000);
    expect(await stop()).toEqual({ hasEnded: false, wasClaimed: true, isStarting: true });
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'queued' });
    await test.database.rows(`update run set relay_until = now() - interval '1 second'`);
    expect(await stop()).toEqual({ hasEnded: true, wasClaimed: true, isStarting: false });
    expect(await stop()).toMatchObject({ hasEnded: false, wasClaimed: true });
    expect(await runs.find(teamId, runId)).toMatchObject({ status: 'stopped', reason: 'enough' });
  });

  it('B74 ends a run in the queue whose start the workflow server did not answer, though one is tried again', async () => {
    const { runId } = await seedTwoSteps(test.database);
    await claimQueuedRuns(test.database, 10, 100);
    await releaseRun(test.database, runId, 'away');
    const stopped = await endQueuedRun(test.database, runId, 'enough', 3_000);
    expect(stopped).toEqual({ hasEnded: true, wasClaimed: true, isStarting: true });
  });

  it('B74 has no try opened of a run that has ended or is gone, and what is recorded given', async () => {
    const { runId, key } = await seedTwoSteps(test.database);
    const done = { ...key, stepKey: 'a' };
    const work = { workerId: 'w1', inputs: {}, events: [] };
    await openAttempt(test.database, done, work);
    await closeAttempt(test.database, done, 1, { ok: true, outputs: {} }, {});
    await endQueuedRun(test.database, runId, 'enough', 3_000);
    expect(await openAttempt(test.database, done, work)).toEqual({ recorded: { ok: true, outputs: {} } });
    for (const events of [[], eventsOfTwoSteps().slice(0, 4)])
      expect(await openAttempt(test.database, key, { ...work, events })).toEqual({ isTooLate: true });
    const attempts = () => test.database.rows('select 1 from attempt where run_id = $1', [runId]);
    expect(await attempts()).toHaveLength(1);
    await test.database.rows('delete from run where id = $1', [runId]);
    expect(await openAttempt(test.database, key, work)).toEqual({ isTooLate: true });
  });

  it('has its work and its workers counted', async () => {
    const [underWay, ended] = [await seedTwoSteps(test.database), await seedTwoSteps(test.database)];
    await claimQueuedRuns(test.database, 10, 100);
    for (let i = 0; i < 2; i++) await seedTwoSteps(test.database);
    await markRelayed(test.database, [underWay.runId, ended.runId]);
    await recordEvents(test.database, ended.teamId, ended.runId, eventsOfTwoSteps());
    await beatLease(test.database, 'beating');
    await beatLease(test.database, 'silent');
    await test.database.rows(
      `update worker_lease set beat_at = now() - interval '4 seconds' where worker_id = 'silent'`,
    );
    expect(await countWork(test.database)).toEqual({ queued: 2, underWay: 1, needAttention: 0, workers: 1 });
  });
});
