import type { StepResult } from '@tenon/engine';
import {
  beatLease,
  cancelAttempt,
  closeAttempt,
  closeRun,
  dropAttempt,
  endLease,
  HistoryRepository,
  joinTransaction,
  openAttempt,
  recordEvents,
  requeueRun,
} from './index.js';
import { eventsOf, startTestDatabase, type TestDatabase } from './testing/index.js';
import { DONE, eventsOfTwoSteps, NO_USAGE, seedTwoSteps, WORK } from './testing/two-steps.js';

/* Tries at a step: what is recorded, what was lost, and who is blamed for it. */

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

describe('attempts', () => {
  it('give the recorded result instead of a second execution', async () => {
    const { key } = await seedTwoSteps(test.database);
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 1, isDeadly: false });
    await closeAttempt(test.database, key, 1, DONE, { reply: 'raw' });
    expect(await openAttempt(test.database, key, WORK)).toEqual({ recorded: DONE });
  });

  it('count executions that were lost with their worker, and keep the first result of two', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, WORK);
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 2, isDeadly: false });
    const late: StepResult = { ok: true, outputs: { text: 'late' } };
    expect(await closeAttempt(test.database, key, 2, DONE, {})).toEqual(DONE);
    expect(await closeAttempt(test.database, key, 1, late, {})).toEqual(DONE);
    const attempts = await new HistoryRepository(test.database).listAttempts(teamId, runId);
    expect(attempts.map(({ execution, cause, outcome }) => [execution, cause, outcome])).toEqual([
      [1, 'first', 'cancelled'],
      [2, 'lostWorker', 'succeeded'],
    ]);
  });

  it('keep one result of two that end at the same time', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    for (let n = 1; n <= 2; n += 1) await openAttempt(test.database, key, WORK);
    const other: StepResult = { ok: true, outputs: { text: 'other' } };
    const late = await test.database.inTransaction(async (sql) => {
      expect(await closeAttempt(sql, key, 2, DONE, {})).toEqual(DONE);
      const closing = closeAttempt(test.database, key, 1, other, {});
      while ((await sql.rows(`select 1 from pg_locks where not granted`)).length === 0);
      return { closing };
    });
    expect(await late.closing).toEqual(DONE);
    const attempts = await new HistoryRepository(test.database).listAttempts(teamId, runId);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'succeeded']);
  });

  it('keep failures with their outputs and usage', async () => {
    const { key } = await seedTwoSteps(test.database);
    const failed: StepResult = {
      ok: false,
      failure: { code: 'http.status', type: 'HTTPResponseCodeError', message: '500' },
      outputs: { status_code: 500 },
      usage: { ...NO_USAGE, totalTokens: 3 },
    };
    await openAttempt(test.database, key, WORK);
    await closeAttempt(test.database, key, 1, failed, {});
    expect(await openAttempt(test.database, key, WORK)).toEqual({ recorded: failed });
  });

  it('that were cancelled in order are no losses', async () => {
    const { key } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, WORK);
    await cancelAttempt(test.database, key, 1, {});
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 2, isDeadly: false });
    const attempts = await new HistoryRepository(test.database).listAttempts(key.teamId, key.runId);
    expect(attempts.map(({ cause }) => cause)).toEqual(['first', 'retry']);
  });

  it('that workers gave up are no losses, whether those live or have ended in order', async () => {
    const { key } = await seedTwoSteps(test.database);
    for (let execution = 1; execution <= 6; execution += 1) {
      const workerId = `alive-${Math.ceil(execution / 2)}`;
      await beatLease(test.database, workerId);
      expect(await openAttempt(test.database, key, { ...WORK, workerId })).toEqual({ execution, isDeadly: false });
      if (execution % 2 === 0) await endLease(test.database, workerId);
    }
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 7, isDeadly: false });
  });

  it('are lost once with each worker, however many of them it has left open', async () => {
    const { key } = await seedTwoSteps(test.database);
    for (let n = 1; n <= 7; n += 1) await openAttempt(test.database, key, { ...WORK, workerId: 'flapping' });
    await die('flapping');
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 8, isDeadly: false });
  });

  it('are numbered behind those that are there, though one before them is dropped', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    for (let n = 1; n <= 2; n += 1) await openAttempt(test.database, key, WORK);
    await dropAttempt(test.database, key, 1);
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 3, isDeadly: false });
    for (const execution of [2, 3]) await dropAttempt(test.database, key, execution);
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 1, isDeadly: false });
    const attempts = await new HistoryRepository(test.database).listAttempts(teamId, runId);
    expect(attempts.map(({ execution, cause }) => [execution, cause])).toEqual([[1, 'first']]);
  });

  it('B74 are not opened when the run ends while they wait for its row', async () => {
    const behindGap = eventsOfTwoSteps().map((event) => ({ ...event, seq: event.seq + 10 }));
    for (const events of [[], behindGap.slice(0, 4)]) {
      const { key, teamId, runId } = await seedTwoSteps(test.database);
      const opening = await test.database.inTransaction(async (sql) => {
        const joined = joinTransaction(test.database, sql);
        if (events.length > 0) await recordEvents(joined, teamId, runId, eventsOfTwoSteps());
        else await closeRun(joined, runId, 3_000, { status: 'stopped', reason: 'enough' });
        const opened = openAttempt(test.database, key, { ...WORK, events });
        while ((await sql.rows(`select 1 from pg_locks where not granted`)).length === 0);
        return { opened };
      });
      expect(await opening.opened).toEqual({ isTooLate: true });
      expect(await test.database.rows('select 1 from attempt where run_id = $1', [runId])).toEqual([]);
    }
  });

  it('that was lost twice is opened in its turn only, and what travels with it is written all the same', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    for (const workerId of ['twice-1', 'twice-2']) await openAttempt(test.database, key, { ...WORK, workerId });
    await die('twice-1', 'twice-2');
    const events = eventsOfTwoSteps().slice(0, 4);
    expect(await openAttempt(test.database, key, { ...WORK, events })).toEqual({ mustWait: true });
    const history = new HistoryRepository(test.database);
    expect(await eventsOf(test.database, key)).toHaveLength(4);
    expect(await history.listAttempts(teamId, runId)).toHaveLength(2);
    expect(await openAttempt(test.database, key, { ...WORK, isItsTurn: true })).toEqual({
      execution: 3,
      isDeadly: false,
    });
  });

  it('W9 are deadly that were alone at their worker when they were lost a third time, whoever was there before', async () => {
    const { key } = await seedTwoSteps(test.database);
    const neighbour = await seedTwoSteps(test.database);
    const inItsTurn = (workerId: string) => ({ ...WORK, workerId, isItsTurn: true });
    for (const workerId of ['dead-1', 'dead-2', 'dead-3']) await openAttempt(test.database, key, inItsTurn(workerId));
    await openUnderWay(neighbour, 'dead-2');
    await die('dead-1', 'dead-2', 'dead-3');
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 4, isDeadly: true });
  });

  it('W9 are suspects only, up to a bound, as long as another was under way whenever they were lost', async () => {
    const { key } = await seedTwoSteps(test.database);
    const inItsTurn = (workerId: string) => ({ ...WORK, workerId, isItsTurn: true });
    for (let n = 1; n <= 6; n += 1) {
      expect(await openAttempt(test.database, key, inItsTurn(`lost-${n}`))).toEqual({ execution: n, isDeadly: false });
      await openUnderWay(await seedTwoSteps(test.database), `lost-${n}`);
      await die(`lost-${n}`);
      // it must wait for its turn again
      if (n > 1 && n < 6) expect(await openAttempt(test.database, key, WORK)).toEqual({ mustWait: true });
    }
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 7, isDeadly: true });
  });

  it.each([
    ['not excused by what a run that had ended before left open', 'before', true],
    ['excused by what was under way beside them, though its run has ended since', 'after', false],
  ])('W9 are %s', async (_, when, isDeadly) => {
    const { key } = await seedTwoSteps(test.database);
    const workers = [1, 2, 3].map((n) => `${when}-${n}`);
    for (const workerId of workers) await openAttempt(test.database, key, { ...WORK, workerId, isItsTurn: true });
    const ended = await seedTwoSteps(test.database);
    await openUnderWay(ended, `${when}-3`);
    await recordEvents(test.database, ended.teamId, ended.runId, eventsOfTwoSteps().slice(4));
    // its events are of 1970
    await test.database.rows('update run set finished_at = now() where id = $1', [ended.runId]);
    if (when === 'before')
      await test.database.rows(`update run set touched_at = now() - interval '5 seconds' where id = $1`, [ended.runId]);
    await die(...workers);
    for (const execution of [4, 5])
      expect(await openAttempt(test.database, key, { ...WORK, isItsTurn: true })).toEqual({ execution, isDeadly });
  });

  it('W9 are excused by what was under way beside them, though its run is in the queue again', async () => {
    const { key } = await seedTwoSteps(test.database);
    const workers = [1, 2, 3].map((n) => `requeued-${n}`);
    for (const workerId of workers) await openAttempt(test.database, key, { ...WORK, workerId, isItsTurn: true });
    const requeued = await seedTwoSteps(test.database);
    await openUnderWay(requeued, 'requeued-3');
    await requeueRun(test.database, requeued.runId);
    await die(...workers);
    expect(await openAttempt(test.database, key, WORK)).toEqual({ mustWait: true });
  });

  it('say whether the one before them was lost with its worker, or its worker was stopped', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    const again = { ...key, attempt: 2 };
    await openAttempt(test.database, again, WORK);
    await cancelAttempt(test.database, again, 1, {}, 'workerStopped');
    expect(await openAttempt(test.database, again, WORK)).toEqual({ execution: 2, isDeadly: false });
    expect(await openAttempt(test.database, again, WORK)).toEqual({ execution: 3, isDeadly: false });
    const attempts = await new HistoryRepository(test.database).listAttempts(teamId, runId);
    expect(attempts.map(({ cause, outcome }) => [cause, outcome])).toEqual([
      ['retry', 'workerStopped'],
      ['workerStopped', null],
      ['lostWorker', null],
    ]);
  });

  it('show a step as recovering while its worker is silent, until another takes over', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    const history = new HistoryRepository(test.database);
    const recovering = async () => ({
      run: (await history.listRecovering(teamId, [runId])).length > 0,
      attempts: (await history.listAttempts(teamId, runId)).map(({ isRecovering }) => isRecovering),
    });
    await openAttempt(test.database, key, { ...WORK, workerId: 'silent' });
    expect(await recovering()).toEqual({ run: true, attempts: [true] });
    await beatLease(test.database, 'silent');
    expect(await recovering()).toEqual({ run: false, attempts: [false] });
    await test.database.rows(
      `update worker_lease set beat_at = now() - interval '4 seconds' where worker_id = 'silent'`,
    );
    expect(await recovering()).toEqual({ run: true, attempts: [true] });
    await beatLease(test.database, 'next');
    await openAttempt(test.database, key, { ...WORK, workerId: 'next' });
    expect(await recovering()).toEqual({ run: false, attempts: [false, false] });
    await endLease(test.database, 'next');
    await endLease(test.database, 'silent');
  });
});

/** Workers were heard of last four seconds ago. */
async function die(...workerIds: readonly string[]): Promise<void> {
  for (const workerId of workerIds) await beatLease(test.database, workerId);
  await test.database.rows(
    `update worker_lease set beat_at = now() - interval '4 seconds' where worker_id = any($1::text[])`,
    [workerIds],
  );
}

/** A step of a run that has begun, lost with its worker. */
async function openUnderWay({ key }: Awaited<ReturnType<typeof seedTwoSteps>>, workerId: string): Promise<void> {
  await openAttempt(test.database, key, { ...WORK, workerId, events: eventsOfTwoSteps().slice(0, 4) });
}
