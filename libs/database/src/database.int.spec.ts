import type { RunId, TeamId } from '@tenon/base';
import type { Plan, RunEvent, StepResult } from '@tenon/engine';
import { createFakeLogger } from '@tenon/ports/testing';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import {
  cancelAttempt,
  CHANNELS,
  claimCommands,
  claimQueuedRuns,
  closeAttempt,
  HistoryRepository,
  Listener,
  listSilentRuns,
  markDelivered,
  markRelayed,
  migrate,
  newId,
  openAttempt,
  PostgresRunFeed,
  PostgresSecretStore,
  recordEvents,
  releaseRun,
  requeueRun,
  ring,
  RunBell,
  RunRepository,
  textName,
  type AttemptKey,
} from './index.js';
import { seedApp, seedRun, startTestDatabase, type TestDatabase } from './testing/index.js';

const PLAN: Plan = {
  format: 1,
  mode: 'workflow',
  root: 'start',
  inputs: [],
  environment: [],
  conversation: [],
  steps: [],
  edges: [],
};

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const USAGE = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/** A run of two steps, as the engine tells it; `b`'s inputs and outputs are left to its attempt. */
function eventsOfRun(): RunEvent[] {
  return [
    { seq: 1, at: 1_000, type: 'run.started', inputs: {}, pool: { sys: { query: 'hi' } }, root: 'a' },
    { seq: 2, at: 1_000, type: 'step.started', stepKey: 'a', inputs: { 'sys.query': 'hi' } },
    { seq: 3, at: 1_000, type: 'step.succeeded', stepKey: 'a', attempt: 1, exit: 'source', outputs: { z: 1, a: 2 } },
    { seq: 4, at: 1_000, type: 'step.started', stepKey: 'b' } as RunEvent,
    { seq: 5, at: 2_000, type: 'step.succeeded', stepKey: 'b', attempt: 1, exit: 'source' } as RunEvent,
    {
      seq: 6,
      at: 2_500,
      type: 'run.finished',
      outcome: { status: 'succeeded', outputs: { answer: 'ok' }, exceptions: 0, steps: 2, usage: USAGE },
    },
  ];
}

async function newRun(): Promise<{ teamId: TeamId; runId: RunId; key: AttemptKey }> {
  const owner = await seedApp(test.database, PLAN);
  const runId = await seedRun(test.database, owner);
  return { teamId: owner.teamId, runId, key: { teamId: owner.teamId, runId, stepKey: 'b', attempt: 1 } };
}

const work = { workerId: 'w1', inputs: { 'a.z': 1 }, events: [] };
const DONE: StepResult = { ok: true, outputs: { text: 'said' }, exit: 'source' };

describe('migrations', () => {
  it('run once, whoever else starts at the same time', async () => {
    expect(await Promise.all([migrate(test.database), migrate(test.database)])).toEqual([[], []]);
  });

  it('refuse a schema that a newer build has written', async () => {
    await test.database.rows(`insert into schema_migration (name) values ('9999-from-the-future')`);
    await expect(migrate(test.database)).rejects.toMatchObject({ code: 'database.newerSchema' });
    await test.database.rows(`delete from schema_migration where name = '9999-from-the-future'`);
  });
});

describe('events', () => {
  it('are the same record whether written once, twice, in pieces or out of order', async () => {
    const events = eventsOfRun();
    const once = await newRun();
    await recordEvents(test.database, once.teamId, once.runId, events);
    const twice = await newRun();
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

  it('keep the order of keys', async () => {
    const { teamId, runId } = await newRun();
    await recordEvents(test.database, teamId, runId, eventsOfRun());
    const [step] = await new HistoryRepository(test.database).listSteps(teamId, runId);
    expect(Object.keys(step?.outputs ?? {})).toEqual(['z', 'a']);
  });

  it('are read only as far as nothing is missing', async () => {
    const { teamId, runId } = await newRun();
    const history = new HistoryRepository(test.database);
    await recordEvents(test.database, teamId, runId, [eventsOfRun()[0]!, eventsOfRun()[2]!]);
    expect((await history.listEvents(teamId, runId, 0)).map(({ seq }) => seq)).toEqual([1]);
    await recordEvents(test.database, teamId, runId, [eventsOfRun()[1]!]);
    expect((await history.listEvents(teamId, runId, 1)).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('get inputs and outputs of an outside step from its attempt', async () => {
    const { teamId, runId, key } = await newRun();
    await openAttempt(test.database, key, { ...work, events: eventsOfRun().slice(0, 4) });
    await closeAttempt(test.database, key, 1, DONE, {});
    await recordEvents(test.database, teamId, runId, eventsOfRun().slice(4));
    const events = await new HistoryRepository(test.database).listEvents(teamId, runId, 3);
    expect(events[0]).toMatchObject({ type: 'step.started', inputs: { 'a.z': 1 } });
    expect(events[1]).toMatchObject({ type: 'step.succeeded', outputs: { text: 'said' } });
  });

  it('of another team are not found', async () => {
    const { runId, teamId } = await newRun();
    const other = await newRun();
    await recordEvents(test.database, teamId, runId, eventsOfRun());
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
        const { teamId, runId, key } = await newRun();
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

describe('attempts', () => {
  it('give the recorded result instead of a second execution', async () => {
    const { key } = await newRun();
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 1, losses: 0 });
    await closeAttempt(test.database, key, 1, DONE, { reply: 'raw' });
    expect(await openAttempt(test.database, key, work)).toEqual({ recorded: DONE });
  });

  it('count executions that were lost with their worker, and keep the first result of two', async () => {
    const { key, teamId, runId } = await newRun();
    await openAttempt(test.database, key, work);
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 2, losses: 1 });
    const late: StepResult = { ok: true, outputs: { text: 'late' } };
    expect(await closeAttempt(test.database, key, 2, DONE, {})).toEqual(DONE);
    expect(await closeAttempt(test.database, key, 1, late, {})).toEqual(DONE);
    const attempts = await new HistoryRepository(test.database).listAttempts(teamId, runId);
    expect(attempts.map(({ execution, cause, outcome }) => [execution, cause, outcome])).toEqual([
      [1, 'first', null],
      [2, 'lostWorker', 'succeeded'],
    ]);
  });

  it('keep failures with their outputs and usage', async () => {
    const { key } = await newRun();
    const failed: StepResult = {
      ok: false,
      failure: { code: 'http.status', type: 'HTTPResponseCodeError', message: '500' },
      outputs: { status_code: 500 },
      usage: { ...USAGE, totalTokens: 3 },
    };
    await openAttempt(test.database, key, work);
    await closeAttempt(test.database, key, 1, failed, {});
    expect(await openAttempt(test.database, key, work)).toEqual({ recorded: failed });
  });

  it('that were cancelled in order are no losses', async () => {
    const { key } = await newRun();
    await openAttempt(test.database, key, work);
    await cancelAttempt(test.database, key, 1, {});
    expect(await openAttempt(test.database, key, work)).toEqual({ execution: 2, losses: 0 });
  });

  it('show a step as recovering while its worker is silent', async () => {
    const { key, teamId, runId } = await newRun();
    await openAttempt(test.database, key, work);
    const history = new HistoryRepository(test.database);
    expect((await history.listAttempts(teamId, runId))[0]?.isRecovering).toBe(true);
    await test.database.rows(
      `insert into worker_lease (worker_id) values ('w1') on conflict (worker_id) do update set beat_at = now()`,
    );
    expect((await history.listAttempts(teamId, runId))[0]?.isRecovering).toBe(false);
  });
});

describe('the relay', () => {
  beforeEach(() => test.database.rows('delete from team'));

  it('claims each queued run once, and again when the claim has run out', async () => {
    const { runId } = await newRun();
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
    await recordEvents(test.database, owner.teamId, ids[0]!, eventsOfRun());
    expect((await claimQueuedRuns(test.database, 10, 2)).map(({ id }) => id)).toEqual([ids[2]]);
  });

  it('gives a run back with the reason that keeps it waiting', async () => {
    const { runId, teamId } = await newRun();
    await claimQueuedRuns(test.database, 10, 100);
    await releaseRun(test.database, runId, 'away');
    const runs = new RunRepository(test.database);
    expect((await runs.find(teamId, runId))?.relayError).toBe('away');
    await markRelayed(test.database, [runId]);
    expect((await runs.find(teamId, runId))?.relayError).toBeNull();
  });

  it('finds silent runs and can queue them again', async () => {
    const { runId } = await newRun();
    await markRelayed(test.database, [runId]);
    expect(await listSilentRuns(test.database, 60, 10)).toEqual([]);
    await test.database.rows(`update run set touched_at = now() - interval '2 minutes'`);
    expect((await listSilentRuns(test.database, 60, 10)).map(({ id }) => id)).toEqual([runId]);
    await requeueRun(test.database, runId);
    expect(await claimQueuedRuns(test.database, 10, 100)).toHaveLength(1);
  });

  it('delivers a stop once', async () => {
    const { runId, teamId } = await newRun();
    const runs = new RunRepository(test.database);
    await runs.requestStop(teamId, runId, 'enough');
    const [command] = (await Promise.all([1, 2].map(() => claimCommands(test.database, 10)))).flat();
    expect(command).toMatchObject({ runId, reason: 'enough', isRelayed: false });
    await markDelivered(test.database, command!.id);
    await recordEvents(test.database, teamId, runId, eventsOfRun());
    await expect(runs.requestStop(teamId, runId, 'again')).rejects.toMatchObject({ code: 'run.ended' });
  });
});

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

describe('live text', () => {
  it('is written in order, joined, and read from where a reader stands', async () => {
    const { teamId, runId } = await newRun();
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

describe('secrets', () => {
  it('open for their team with their key alone', async () => {
    const { teamId } = await seedApp(test.database, PLAN);
    const other = await seedApp(test.database, PLAN);
    const store = new PostgresSecretStore(test.database, randomBytes(32));
    const id = await store.seal(teamId, 'canary-4711');
    expect(await store.open(teamId, id)).toBe('canary-4711');
    await expect(store.open(other.teamId, id)).rejects.toMatchObject({ code: 'secret.missing' });
    const stranger = new PostgresSecretStore(test.database, randomBytes(32));
    await expect(stranger.open(teamId, id)).rejects.toMatchObject({ code: 'secret.wrongKey' });
    const [row] = await test.database.rows<{ sealed: string }>('select sealed from secret where id = $1', [id]);
    expect(row?.sealed).not.toContain('canary');
  });
});

describe('a database that goes away', () => {
  it('is one clear error, and the pool works again when it is back', async () => {
    await test.postgres.kill();
    await expect(test.database.rows('select 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(test.database.inTransaction((sql) => sql.rows('select 1'))).rejects.toMatchObject({
      code: 'database.unavailable',
    });
    await test.postgres.restart();
    expect(await test.database.rows('select 1 as one')).toEqual([{ one: 1 }]);
  }, 60_000);

  it('in the middle of a transaction fails that transaction and nothing else', async () => {
    const broken = test.database.inTransaction(async (sql) => {
      const [own] = await sql.rows<{ pid: number }>('select pg_backend_pid() as pid');
      await test.database.rows('select pg_terminate_backend($1)', [own?.pid]);
      await sql.rows('select 1');
    });
    await expect(broken).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await test.database.rows('select 1 as one')).toEqual([{ one: 1 }]);
  });
});
