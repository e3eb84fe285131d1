import type { StepResult } from '@tenon/engine';
import {
  beatLease,
  cancelAttempt,
  closeAttempt,
  endLease,
  HistoryRepository,
  openAttempt,
  recordEvents,
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
  });

  it('that a living worker gave up are no losses', async () => {
    const { key } = await seedTwoSteps(test.database);
    await beatLease(test.database, 'alive');
    await openAttempt(test.database, key, { ...WORK, workerId: 'alive' });
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 2, isDeadly: false });
    await endLease(test.database, 'alive');
    const inItsTurn = { ...WORK, isItsTurn: true };
    expect(await openAttempt(test.database, key, inItsTurn)).toEqual({ execution: 3, isDeadly: false });
  });

  it('that was lost twice is opened in its turn only, and what travels with it is written all the same', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, WORK);
    await openAttempt(test.database, key, WORK);
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
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 4, isDeadly: true });
  });

  it('W9 are suspects only, up to a bound, as long as another was under way whenever they were lost', async () => {
    const { key } = await seedTwoSteps(test.database);
    const inItsTurn = (workerId: string) => ({ ...WORK, workerId, isItsTurn: true });
    for (let n = 1; n <= 6; n += 1) {
      expect(await openAttempt(test.database, key, inItsTurn(`lost-${n}`))).toEqual({ execution: n, isDeadly: false });
      await openUnderWay(await seedTwoSteps(test.database), `lost-${n}`);
      // it must wait for its turn again
      if (n > 1 && n < 6) expect(await openAttempt(test.database, key, WORK)).toEqual({ mustWait: true });
    }
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 7, isDeadly: true });
  });

  it('W9 are not excused by what a run that has ended left open', async () => {
    const { key } = await seedTwoSteps(test.database);
    for (const workerId of ['gone-1', 'gone-2', 'gone-3'])
      await openAttempt(test.database, key, { ...WORK, workerId, isItsTurn: true });
    const ended = await seedTwoSteps(test.database);
    await openUnderWay(ended, 'gone-3');
    await recordEvents(test.database, ended.teamId, ended.runId, eventsOfTwoSteps().slice(4));
    expect(await openAttempt(test.database, key, WORK)).toEqual({ execution: 4, isDeadly: true });
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

/** A step of a run that has begun, lost with its worker. */
async function openUnderWay({ key }: Awaited<ReturnType<typeof seedTwoSteps>>, workerId: string): Promise<void> {
  await openAttempt(test.database, key, { ...WORK, workerId, events: eventsOfTwoSteps().slice(0, 4) });
}
