import { createFakeLogger } from '@tenon/ports/testing';
import fc from 'fast-check';
import {
  CHANNELS,
  cancelAttempt,
  closeAttempt,
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
import { eventsOf, startTestDatabase, type TestDatabase } from './testing/index.js';
import { DONE, eventsOfTwoSteps, seedTwoSteps, WORK } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

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
        events: await eventsOf(test.database, { teamId, runId }),
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
    expect((await eventsOf(test.database, { teamId, runId })).map(({ type }) => type)).toEqual(['run.finished']);
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
    await openAttempt(test.database, key, { ...WORK, events: events.slice(0, 4) });
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
    await recordEvents(test.database, teamId, runId, [eventsOfTwoSteps()[0]!, eventsOfTwoSteps()[2]!]);
    expect((await eventsOf(test.database, { teamId, runId })).map(({ seq }) => seq)).toEqual([1]);
    await recordEvents(test.database, teamId, runId, [eventsOfTwoSteps()[1]!]);
    expect((await eventsOf(test.database, { teamId, runId }, 1)).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('N2 come in pages of so many bytes, and what is larger comes alone', async () => {
    const { teamId, runId, key } = await seedTwoSteps(test.database);
    const inputs = { large: 'x'.repeat(5_000) };
    await openAttempt(test.database, key, { ...WORK, inputs, events: eventsOfTwoSteps().slice(0, 4) });
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
    await openAttempt(test.database, key, { ...WORK, events: eventsOfTwoSteps().slice(0, 4) });
    await closeAttempt(test.database, key, 1, DONE, {});
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps().slice(4));
    const events = await eventsOf(test.database, { teamId, runId }, 3);
    expect(events[0]).toMatchObject({ type: 'step.started', inputs: { 'a.z': 1 } });
    expect(events[1]).toMatchObject({ type: 'step.succeeded', outputs: { text: 'said' } });
  });

  it('of another team are not found', async () => {
    const { runId, teamId } = await seedTwoSteps(test.database);
    const other = await seedTwoSteps(test.database);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps());
    const history = new HistoryRepository(test.database);
    expect(await eventsOf(test.database, { teamId: other.teamId, runId })).toEqual([]);
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

  it('ends with its run: what comes later is not kept', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    const feed = new PostgresRunFeed(test.database, new RunBell(test.database, createFakeLogger()), createFakeLogger());
    const source = { runId, stepKey: 'llm', attempt: 1, execution: 1, channel: 'text' };
    feed.append({ ...source, offset: 0, text: 'in time' });
    await feed.flush(runId);
    await recordEvents(test.database, teamId, runId, eventsOfTwoSteps());
    feed.append({ ...source, offset: 7, text: ' and late' });
    await feed.flush(runId);
    const chunks = await new HistoryRepository(test.database).listText(teamId, runId, new Map());
    expect(chunks.map(({ text }) => text)).toEqual(['in time']);
  });

  it('N2 is kept in rows that are no longer than a page, however much comes at once', async () => {
    const { teamId, runId } = await seedTwoSteps(test.database);
    const feed = new PostgresRunFeed(test.database, new RunBell(test.database, createFakeLogger()), createFakeLogger());
    const source = { runId, stepKey: 'llm', attempt: 1, execution: 1, channel: 'text' };
    // a face lies across each end of a row
    const texts = ['x', '\u{1F600}'.repeat(100_000), ...Array.from({ length: 50 }, () => 'y'.repeat(1_000))];
    let offset = 0;
    for (const text of texts) {
      feed.append({ ...source, offset, text });
      offset += text.length;
    }
    await feed.flush(runId);
    const rows = await new HistoryRepository(test.database).listText(teamId, runId, new Map());
    expect(rows.map(({ text }) => text).join('')).toBe(texts.join(''));
    expect(Math.max(...rows.map(({ text }) => text.length))).toBeLessThanOrEqual(16 * 1024);
    expect(rows.length).toBeLessThan(20);
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
