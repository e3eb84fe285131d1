import type { StepResult } from '@tenon/engine';
import { createFakeLogger } from '@tenon/ports/testing';
import fc from 'fast-check';
import {
  beatLease,
  cancelAttempt,
  CHANNELS,
  closeAttempt,
  countRunLoss,
  endLease,
  endQueuedRun,
  HistoryRepository,
  Listener,
  openAttempt,
  PostgresRunFeed,
  recordEvents,
  ring,
  RunBell,
  RunRepository,
  textName,
} from './index.js';
import { startTestDatabase, type TestDatabase } from './testing/index.js';
import { eventsOfTwoSteps, NO_USAGE, seedTwoSteps } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const work = { workerId: 'w1', inputs: { 'a.z': 1 }, events: [] };
const DONE: StepResult = { ok: true, outputs: { text: 'said' }, exit: 'source' };

describe('events', () => {
  it('are the same record whether written once, twice, in pieces or out of order', async () => {
    const events = eventsOfTwoSteps();
    const once = await seedTwoSteps(test.database);
    await recordEvents(test.database, once.teamId, once.runId, events);
    const twice = await seedTwoSteps(test.database);
    for (const batch of [events.slice(3), events.slice(0, 4), events, events.slice(2, 3)])
      await recordEvents(test.database, twice.teamId, twice.runId, batch);

    const history = new HistoryRepository(test.database);
    const runs = new RunRepository(test.database);
    const read = async ({ teamId, runId }: typeof once) => {
      const steps = await history.listSteps(teamId, runId);
      const run = await runs.find(teamId, runId);
      return {
        events: await history.listEvents(teamId, runId, 0),
        steps: steps.map(({ stepKey, status, exit, outputs, inputs }) => ({ stepKey, status, exit, outputs, inputs })),
        run: run && { status: run.status, outputs: run.outputs, lastSeq: run.lastSeq, steps: run.steps },
      };
    };
    const first = await read(once);
    expect(await read(twice)).toEqual(first);
    expect(first.run).toEqual({ status: 'succeeded', outputs: { answer: 'ok' }, lastSeq: 6, steps: 2 });
    expect(first.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(first.steps.map(({ stepKey, status }) => [stepKey, status])).toEqual([
      ['a', 'succeeded'],
      ['b', 'succeeded'],
    ]);
  });

  it('come neither behind the end of a run nor to one that is gone', async () => {
    const events = eventsOfTwoSteps();
    const { teamId, runId } = await seedTwoSteps(test.database);
    const history = new HistoryRepository(test.database);
    const ended = await endQueuedRun(test.database, runId, 'enough', 1_000);
    expect(ended).toEqual({ hasEnded: true, wasClaimed: false, isStarting: false });
    await recordEvents(test.database, teamId, runId, events.slice(0, 3));
    await recordEvents(test.database, teamId, runId, events);
    expect((await history.listEvents(teamId, runId, 0)).map(({ type }) => type)).toEqual(['run.finished']);
    expect(await history.listSteps(teamId, runId)).toEqual([]);
    expect(await new RunRepository(test.database).find(teamId, runId)).toMatchObject({ status: 'stopped', lastSeq: 1 });
    await test.database.rows('delete from run where id = $1', [runId]);
    await recordEvents(test.database, teamId, runId, events);
  });

  it('keep the order of keys', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps());
    const [step] = await new HistoryRepository(test.database).listSteps(teamId, runId);
    expect(Object.keys(step?.outputs ?? {})).toEqual(['z', 'a']);
  });

  it('say when a step ended: not after its run, however long its worker took to give it up', async () => {
    const { teamId, runId, key } = await seedTwoSteps(test.database);
    const events = eventsOfTwoSteps();
    const stopped = { seq: 5, at: 2_500, type: 'step.stopped' as const, stepKey: 'b', attempt: 1 };
    await openAttempt(test.database, key, { ...work, events: events.slice(0, 4) });
    const history = new HistoryRepository(test.database);
    await recordEvents(test.database, teamId, runId, [stopped, events[5]!]);
    await cancelAttempt(test.database, key, 1, {});
    const run = await new RunRepository(test.database).find(teamId, runId);
    const step = (await history.listSteps(teamId, runId)).find(({ stepKey }) => stepKey === 'b');
    expect(step).toMatchObject({ status: 'stopped', finishedAt: run?.finishedAt });
    const [attempt] = await history.listAttempts(teamId, runId);
    expect(Number(attempt?.finishedAt)).toBeGreaterThan(Number(step?.finishedAt));
  });

  it('are read only as far as nothing is missing', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    const history = new HistoryRepository(test.database);
    await recordEvents(test.database, teamId, runId, [eventsOfTwoSteps()[0]!, eventsOfTwoSteps()[2]!]);
    expect((await history.listEvents(teamId, runId, 0)).map(({ seq }) => seq)).toEqual([1]);
    await recordEvents(test.database, teamId, runId, [eventsOfTwoSteps()[1]!]);
    expect((await history.listEvents(teamId, runId, 1)).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('N2 come in pages of so many bytes, and what is larger comes alone', async () => {
    const { teamId, runId, key } = await seedTwoSteps(test.database);
    const inputs = { large: 'x'.repeat(5_000) };
    await openAttempt(test.database, key, { ...work, inputs, events: eventsOfTwoSteps().slice(0, 4) });
    await closeAttempt(test.database, key, 1, DONE, {});
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(4));
    const history = new HistoryRepository(test.database);
    const seqs = async (afterSeq: number, page: { count?: number; pageBytes?: number }) => {
      const { events, isFull } = await history.readEvents(teamId, runId, afterSeq, page);
      return [events.map(({ seq }) => seq), isFull];
    };
    expect(await seqs(0, {})).toEqual([[1, 2, 3, 4, 5, 6], false]);
    expect(await seqs(0, { count: 2 })).toEqual([[1, 2], true]);
    expect(await seqs(0, { pageBytes: 4_000 })).toEqual([[1, 2, 3, 4], true]);
    expect(await seqs(3, { pageBytes: 1 })).toEqual([[4], true]);
    expect(await seqs(4, { pageBytes: 4_000 })).toEqual([[5, 6], false]);
    expect(await seqs(6, { pageBytes: 1 })).toEqual([[], false]);
  });

  it('get inputs and outputs of an outside step from its attempt', async () => {
    const { teamId, runId, key } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, { ...work, events: eventsOfTwoSteps().slice(0, 4) });
    await closeAttempt(test.database, key, 1, DONE, {});
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(4));
    const events = await new HistoryRepository(test.database).listEvents(teamId, runId, 3);
    expect(events[0]).toMatchObject({ type: 'step.started', inputs: { 'a.z': 1 } });
    expect(events[1]).toMatchObject({ type: 'step.succeeded', outputs: { text: 'said' } });
  });

  it('of another team are not found', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    const other = await seedTwoSteps(test.database);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps());
    const history = new HistoryRepository(test.database);
    expect(await history.listEvents(other.teamId, runId, 0)).toEqual([]);
    expect(await history.listSteps(other.teamId, runId)).toEqual([]);
    expect(await history.listAttempts(other.teamId, runId)).toEqual([]);
    expect(await new RunRepository(test.database).find(other.teamId, runId)).toBeUndefined();
  });
});

describe('any text', () => {
  it('that a model, a server or a person may send is stored, and read as well as it can be', async () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyText, fc.constantFrom('\0', '\ud83d', '\ude00', '\\u0000', '\\'), async (text, hard) => {
        const { teamId, runId, key } = await seedTwoSteps(test.database);
        const value = `${text}${hard}${text}`;
        const expected = value.replaceAll('\0', '').toWellFormed();
        const inputs = { 'a.b': value };
        const events = [{ seq: 1, at: 1, type: 'step.started' as const, stepKey: value, inputs }];
        await openAttempt(test.database, key, { workerId: 'w', inputs, events });
        await closeAttempt(test.database, key, 1, { ok: true, outputs: { [value]: value } }, { reply: value });
        const history = new HistoryRepository(test.database);
        expect((await history.listSteps(teamId, runId)).map(({ stepKey }) => stepKey)).toEqual([expected]);
        const [attempt] = await history.listAttempts(teamId, runId);
        expect([attempt?.outputs, attempt?.reply]).toEqual([{ [expected]: expected }, expected]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

it('losses of threads are counted anew when the run has gone on for an hour since', async () => {
  const { runId } = await seedTwoSteps(test.database);
  const count = async () => (await countRunLoss(test.database, runId))?.losses;
  expect([await count(), await count()]).toEqual([1, 2]);
  await test.database.rows("update run set lost_at = now() - interval '61 minutes' where id = $1", [runId]);
  expect([await count(), await count(), await count()]).toEqual([1, 2, 3]);
});

describe('attempts', () => {
  it('give the recorded result instead of a second execution', async () => {
    const { key } = await seedTwoSteps(test.database);
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 1, losses: 0 });
    await closeAttempt(test.database, key, 1, DONE, { reply: 'raw' });
    expect(await openAttempt(test.database, key, work)).toEqual({ recorded: DONE });
  });

  it('count executions that were lost with their worker, and keep the first result of two', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, work);
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 2, losses: 1 });
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
    await openAttempt(test.database, key, work);
    await closeAttempt(test.database, key, 1, failed, {});
    expect(await openAttempt(test.database, key, work)).toEqual({ recorded: failed });
  });

  it('that were cancelled in order are no losses', async () => {
    const { key } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, work);
    await cancelAttempt(test.database, key, 1, {});
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 2, losses: 0 });
  });

  it('that a living worker gave up are no losses', async () => {
    const { key } = await seedTwoSteps(test.database);
    await beatLease(test.database, 'alive');
    await openAttempt(test.database, key, { ...work, workerId: 'alive' });
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 2, losses: 0 });
    await endLease(test.database, 'alive');
    const inItsTurn = { ...work, isItsTurn: true };
    expect(await openAttempt(test.database, key, inItsTurn)).toEqual({ execution: 3, losses: 2 });
  });

  it('that was lost twice is opened in its turn only, and what travels with it is written all the same', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    await openAttempt(test.database, key, work);
    await openAttempt(test.database, key, work);
    const events = eventsOfTwoSteps().slice(0, 4);
    expect(await openAttempt(test.database, key, { ...work, events })).toEqual({ mustWait: true });
    const history = new HistoryRepository(test.database);
    expect(await history.listEvents(teamId, runId, 0)).toHaveLength(4);
    expect(await history.listAttempts(teamId, runId)).toHaveLength(2);
    expect(await openAttempt(test.database, key, { ...work, isItsTurn: true })).toEqual({ execution: 3, losses: 2 });
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 4, losses: 3 });
  });

  it('say whether the one before them was lost with its worker, or its worker was stopped', async () => {
    const { key, teamId, runId } = await seedTwoSteps(test.database);
    const again = { ...key, attempt: 2 };
    await openAttempt(test.database, again, work);
    await cancelAttempt(test.database, again, 1, {}, 'workerStopped');
    expect(await openAttempt(test.database, again, work)).toEqual({ execution: 2, losses: 0 });
    expect(await openAttempt(test.database, again, work)).toEqual({ execution: 3, losses: 1 });
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
    await openAttempt(test.database, key, { ...work, workerId: 'silent' });
    expect(await recovering()).toEqual({ run: true, attempts: [true] });
    await beatLease(test.database, 'silent');
    expect(await recovering()).toEqual({ run: false, attempts: [false] });
    await test.database.rows(
      `update worker_lease set beat_at = now() - interval '4 seconds' where worker_id = 'silent'`,
    );
    expect(await recovering()).toEqual({ run: true, attempts: [true] });
    await beatLease(test.database, 'next');
    await openAttempt(test.database, key, { ...work, workerId: 'next' });
    expect(await recovering()).toEqual({ run: false, attempts: [false, false] });
    await endLease(test.database, 'next');
    await endLease(test.database, 'silent');
  });
});

describe('live text', () => {
  it('is written in order, joined, and read from where a reader stands', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    const feed = new PostgresRunFeed(test.database, new RunBell(test.database, createFakeLogger()), createFakeLogger());
    const source = { runId, stepKey: 'llm', attempt: 1, execution: 1, channel: 'text' };
    feed.append({ ...source, offset: 0, text: 'Hel' });
    feed.append({ ...source, offset: 3, text: 'lo ' });
    await feed.flush(runId);
    feed.append({ ...source, offset: 6, text: 'you' });
    await feed.flush(runId);
    const history = new HistoryRepository(test.database);
    const all = await history.listText(teamId, runId, new Map());
    expect(all.map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'Hello '],
      [6, 'you'],
    ]);
    expect(await history.listText(teamId, runId, new Map([[textName(source), 6]]))).toHaveLength(1);
  });

  it('is where readers find it when a flush returns, however many flush at once', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    const feed = new PostgresRunFeed(test.database, new RunBell(test.database, createFakeLogger()), createFakeLogger());
    const source = { runId, stepKey: 'llm', attempt: 1, execution: 1, channel: 'text' };
    // a write takes its time
    await test.database.rows(`create function dawdle() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.1); return null; end $$`);
    await test.database.rows('create trigger slow before insert on text_chunk execute function dawdle()');
    try {
      feed.append({ ...source, offset: 0, text: 'first ' });
      const first = feed.flush(runId);
      await new Promise((resolve) => setImmediate(resolve));
      feed.append({ ...source, offset: 6, text: 'second' });
      const others = [feed.flush(runId), feed.flush(runId)];
      const lengthOnceFlushed = async (flushed: Promise<void>) => {
        await flushed;
        const chunks = await new HistoryRepository(test.database).listText(teamId, runId, new Map());
        return chunks.map(({ text }) => text).join('').length;
      };
      expect(await Promise.all(others.map(lengthOnceFlushed))).toEqual([12, 12]);
      await first;
    } finally {
      await test.database.rows('drop function dawdle cascade');
    }
  });

  it('rings a bell that a listener hears, also after its connection was lost', async () => {
    const listener = new Listener(test.database, createFakeLogger());
    const heard: string[] = [];
    let wake: () => void = () => undefined;
    listener.on(CHANNELS.run, (payload) => {
      heard.push(payload);
      wake();
    });
    const until = async (seen: () => boolean) => {
      while (!seen()) await new Promise<void>((resolve) => (wake = resolve));
    };
    listener.start();
    await until(() => heard.length > 0);
    await ring(test.database, CHANNELS.run, 'one');
    await until(() => heard.includes('one'));
    heard.length = 0;
    await test.database.rows(
      `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and query like 'listen%'`,
    );
    await until(() => heard.includes(''));
    await ring(test.database, CHANNELS.run, 'two');
    await until(() => heard.includes('two'));
    await listener.close();
  }, 20_000);
});
