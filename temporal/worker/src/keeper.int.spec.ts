import type { RunId } from '@tenon/base';
import { closeAttempt, holdRemoval, openAttempt, PlanRepository, TeamRepository } from '@tenon/database';
import {
  agedId,
  seedAgedRun,
  seedApp,
  seedConversation,
  seedRun,
  startTestDatabase,
  tablesOf,
  type TestDatabase,
} from '@tenon/database/testing';
import { buildPlan } from '@tenon/engine/testing';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import type { ObjectStore } from '@tenon/ports';
import { createFakeLogger, type FakeLogger } from '@tenon/ports/testing';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Keeper, type KeeperParts } from './keeper.js';

const HOUR_MS = 3_600_000;
const PLAN = buildPlan('a -> b');

let test: TestDatabase;
let folder: string;
let objects: ObjectStore;
let logger: FakeLogger;
/** Milliseconds of the keepers' own clock. */
let clock: number;
let owner: Awaited<ReturnType<typeof seedApp>>;
/** Runs that the workflow server was told to forget. */
let forgotten: RunId[];

beforeAll(async () => void (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-keeper-'));
  objects = createDiskObjectStore(folder);
  logger = createFakeLogger();
  clock = 0;
  forgotten = [];
  await test.database.rows('delete from removed_run');
  owner = await seedApp(test.database, PLAN);
});
afterEach(() => rm(folder, { recursive: true }));

function createKeeper(parts: Partial<KeeperParts> = {}): Keeper {
  const keeping = { runsDays: 90, testRunsDays: 14 };
  const forget = async (runId: RunId) => void forgotten.push(runId);
  return new Keeper({ database: test.database, objects, logger, keeping, forget, now: () => clock, ...parts });
}

const left = (runId: RunId) => tablesOf(test.database, runId);

async function storeValue(text: string): Promise<string> {
  const key = `values/${owner.teamId}/${createHash('sha256').update(text).digest('hex')}`;
  if (!(await objects.renew(key))) await objects.put(key, Buffer.from(JSON.stringify(text)), 'application/json');
  return key;
}

/** As if it had been written yesterday. */
async function age(key: string): Promise<void> {
  const yesterday = Date.now() / 1000 - 86_400;
  await utimes(path.join(folder, `${key}~`), yesterday, yesterday);
}

/** A step of a run gives a large value: what the worker writes when it has performed it. */
async function recordValue(runId: RunId, key: string): Promise<void> {
  const attempt = { teamId: owner.teamId, runId, stepKey: 'b', attempt: 1 };
  await openAttempt(test.database, attempt, { workerId: 'w1', inputs: {}, events: [] });
  const $ref = { key, sizeBytes: 1, mediaType: 'application/json', preview: '' };
  await closeAttempt(test.database, attempt, 1, { ok: true, outputs: { text: { $ref } } }, {});
}

describe('runs', () => {
  it('P10 that ended long ago go with all their record, tests of drafts sooner, and others stay', async () => {
    const gone = [
      await seedAgedRun(test.database, owner, { daysAgo: 91 }),
      await seedAgedRun(test.database, owner, { daysAgo: 15, isPublished: false }),
    ];
    const kept = [
      await seedAgedRun(test.database, owner, { daysAgo: 89 }),
      await seedAgedRun(test.database, owner, { daysAgo: 13, isPublished: false }),
      await seedAgedRun(test.database, owner, { daysAgo: 400, status: 'running' }),
      await seedAgedRun(test.database, owner, { daysAgo: 400, status: 'queued', isPublished: false }),
    ];
    expect(await createKeeper().keep()).toBe(true);
    for (const runId of gone) expect(await left(runId)).toEqual([]);
    for (const runId of kept) expect(await left(runId)).toHaveLength(7);
    expect([...forgotten].sort()).toEqual([...gone].sort());
    expect(logger.lines).toContainEqual(expect.objectContaining({ fields: { runs: 1, testRuns: 1 } }));
  });

  it('are kept as long as their team says', async () => {
    const run = await seedAgedRun(test.database, owner, { daysAgo: 200 });
    const test10 = await seedAgedRun(test.database, owner, { daysAgo: 10, isPublished: false });
    await new TeamRepository(test.database).saveSettings(owner.teamId, {
      keepRunsDays: 365,
      keepTestRunsDays: 7,
      tokensPerDay: null,
    });
    await createKeeper().keep();
    expect([(await left(run)).length, await left(test10)]).toEqual([7, []]);
  });

  it('go in any number, and a run that somebody holds waits for the next look without holding up the others', async () => {
    const runs: RunId[] = [];
    for (let count = 0; count < 120; count++) runs.push(await seedAgedRun(test.database, owner, { daysAgo: 100 }));
    await test.database.inTransaction(async (sql) => {
      await sql.rows('select 1 from run where id = $1 for update', [runs[0]]);
      await createKeeper().keep();
    });
    expect([
      (await left(runs[0] as RunId)).length,
      await left(runs[1] as RunId),
      await left(runs[119] as RunId),
    ]).toEqual([7, [], []]);
    await createKeeper().keep();
    expect(await left(runs[0] as RunId)).toEqual([]);
  });

  it('of a conversation go together, when the last of them is due', async () => {
    const [over, goesOn, isOpen] = [
      await seedConversation(test.database, owner, 300),
      await seedConversation(test.database, owner, 300),
      await seedConversation(test.database, owner, 300),
    ];
    const runs = {
      over: await seedAgedRun(test.database, owner, { daysAgo: 95, conversationId: over }),
      early: await seedAgedRun(test.database, owner, { daysAgo: 200, conversationId: goesOn }),
      late: await seedAgedRun(test.database, owner, { daysAgo: 1, conversationId: goesOn }),
      before: await seedAgedRun(test.database, owner, { daysAgo: 200, conversationId: isOpen }),
      open: await seedAgedRun(test.database, owner, { daysAgo: 200, conversationId: isOpen, status: 'running' }),
    };
    await createKeeper().keep();
    expect(await left(runs.over)).toEqual([]);
    expect(forgotten).toEqual([runs.over]);
    for (const runId of [runs.early, runs.late, runs.before, runs.open]) expect(await left(runId)).toHaveLength(8);
    const conversations = await test.database.rows('select 1 from conversation where team_id = $1', [owner.teamId]);
    expect(conversations).toHaveLength(2);
  });

  it('leave uploads behind that go when they are as old and no run names them', async () => {
    const upload = (name: string, daysAgo: number) =>
      test.database.rows(
        `insert into file (id, team_id, name, media_type, size_bytes, object_key, created_by, created_at)
         values ($1, $2, $3, 'text/plain', 1, $3, $4, now() - make_interval(days => $5))`,
        [agedId(daysAgo), owner.teamId, name, randomUUID(), daysAgo],
      );
    const run = await seedAgedRun(test.database, owner, { daysAgo: 100, status: 'running' });
    for (const [name, daysAgo] of [['old', 91] as const, ['named', 200] as const, ['young', 89] as const])
      await upload(name, daysAgo);
    await test.database.rows(`insert into object_reference (run_id, key) values ($1, 'named')`, [run]);
    await createKeeper().keep();
    const files = await test.database.rows('select name from file where team_id = $1 order by name', [owner.teamId]);
    expect(files).toEqual([{ name: 'named' }, { name: 'young' }]);
  });

  it('take their plan along unless it is needed, or was stored for a run that comes', async () => {
    const plans = new PlanRepository(test.database);
    for (const hash of ['used', 'unused', 'again', 'fresh'])
      await plans.store(owner.teamId, hash, JSON.stringify(PLAN));
    await test.database.rows(
      `update plan set created_at = now() - interval '2 days' where team_id = $1 and hash <> 'fresh'`,
      [owner.teamId],
    );
    await seedAgedRun(test.database, owner, { daysAgo: 5, planHash: 'used' });
    await plans.store(owner.teamId, 'again', JSON.stringify(PLAN));
    await createKeeper().keep();
    const rows = await test.database.rows<{ hash: string }>('select hash from plan where team_id = $1 order by hash', [
      owner.teamId,
    ]);
    expect(rows.map(({ hash }) => hash)).toEqual(['again', 'fresh', 'used']);
  });
});

describe('what takes too long', () => {
  /** As if removing more events than this in one transaction took longer than it may. */
  const slowAfter = (events: number) =>
    test.database.rows(
      `create function take_long() returns trigger language plpgsql as $$
       declare gone int := coalesce(nullif(current_setting('test.gone', true), ''), '0')::int + 1;
       begin
         perform set_config('test.gone', gone::text, true);
         if gone > ${events} then raise exception 'too slow' using errcode = 'query_canceled'; end if;
         return old;
       end $$;
       create trigger take_long before delete on run_event for each row execute function take_long()`,
    );
  afterEach(() => test.database.rows('drop trigger take_long on run_event; drop function take_long()'));

  it('goes in smaller parts, a large conversation too', async () => {
    const runs: RunId[] = [];
    for (let count = 0; count < 20; count++) runs.push(await seedAgedRun(test.database, owner, { daysAgo: 100 }));
    for (let number = 0; number < 2; number++) {
      const conversationId = await seedConversation(test.database, owner, 300);
      for (let count = 0; count < 8; count++)
        runs.push(await seedAgedRun(test.database, owner, { daysAgo: 100, conversationId }));
    }
    await slowAfter(3);
    await createKeeper().keep();
    for (const runId of runs) expect(await left(runId)).toEqual([]);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('even alone does not hold up others, and is told of once', async () => {
    const large = await seedAgedRun(test.database, owner, { daysAgo: 100 });
    await test.database.rows(
      `insert into run_event (run_id, seq, at, type, payload)
       select $1, seq, now(), 'x', '{}' from generate_series(2, 9) seq`,
      [large],
    );
    const other = await seedApp(test.database, PLAN);
    const runs = [
      await seedAgedRun(test.database, owner, { daysAgo: 100, isPublished: false }),
      await seedAgedRun(test.database, other, { daysAgo: 100 }),
    ];
    await slowAfter(3);
    await mkdir(path.join(folder, 'unfinished~'));
    await writeFile(path.join(folder, 'unfinished~/half'), 'ha');
    await utimes(path.join(folder, 'unfinished~/half'), 1, 1);
    await createKeeper().keep();
    expect(await left(large)).toHaveLength(15);
    for (const runId of runs) expect(await left(runId)).toEqual([]);
    expect(await readdir(path.join(folder, 'unfinished~'))).toEqual([]);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('objects', () => {
  it('A3 that no row names are removed after an hour, with what cut-off writes left, and named ones stay', async () => {
    const keeper = createKeeper();
    const [orphan, named] = [await storeValue('orphan'), await storeValue('named')];
    const runId = await seedRun(test.database, owner);
    await recordValue(runId, named);
    await writeFile(path.join(folder, 'unfinished~/half'), 'ha');
    await age(orphan);
    await age(named);
    await utimes(path.join(folder, 'unfinished~/half'), 1, 1);
    await keeper.keep();
    expect([await objects.list(''), await readdir(path.join(folder, 'unfinished~'))]).toEqual([
      [named, orphan].sort(),
      [],
    ]);
    clock += HOUR_MS;
    await keeper.keep();
    expect(await objects.list('')).toEqual([named]);
    await test.database.rows('delete from run where id = $1', [runId]);
    await keeper.keep();
    clock += HOUR_MS;
    await keeper.keep();
    expect(await objects.list('')).toEqual([]);
  });

  it('whose row is committed late are never lost, nor those that are needed again while they are removed', async () => {
    const late = await storeValue('late');
    const again = await storeValue('again');
    await age(again);
    const runId = await seedRun(test.database, owner);
    const other = await seedRun(test.database, owner);
    const racing: ObjectStore = {
      ...bound(objects),
      // between the look at the rows and the removal a step of a run gives the same value
      removeUnused: async (key, forMs) => {
        if (key === again) await storeValue('again');
        return objects.removeUnused(key, forMs);
      },
    };
    const keeper = createKeeper({ objects: racing });
    await keeper.keep();
    clock += HOUR_MS;
    await keeper.keep();
    await recordValue(runId, late);
    await recordValue(other, again);
    clock += HOUR_MS;
    await keeper.keep();
    expect(await objects.list('')).toEqual([again, late].sort());
  });

  it('B82 that only look old, because the clock was set, are not removed', async () => {
    const keeper = createKeeper();
    const inFlight = await storeValue('in flight');
    await age(inFlight);
    await keeper.keep();
    clock += HOUR_MS / 2;
    await keeper.keep();
    expect(await objects.list('')).toEqual([inFlight]);
  });

  it('B82 that are written and renewed while the clock is set forward by an hour are not removed', async () => {
    const keeper = createKeeper();
    const renewed = await storeValue('renewed');
    const unfinished = path.join(folder, 'unfinished~/being-written');
    await writeFile(unfinished, 'ha');
    await keeper.keep();
    clock += HOUR_MS;
    const beforeJump = (Date.now() - HOUR_MS - 60_000) / 1_000;
    for (const file of [unfinished, path.join(folder, `${renewed}~`)]) await utimes(file, beforeJump, beforeJump);
    await keeper.keep();
    expect([await objects.list(''), await readdir(path.dirname(unfinished))]).toEqual([[renewed], ['being-written']]);
  });
});

describe('closing', () => {
  it('breaks off a removal that takes long, and undoes it', async () => {
    const runId = await seedAgedRun(test.database, owner, { daysAgo: 100 });
    await test.database.rows(
      `create function take_long() returns trigger language plpgsql as $$
       begin
         perform pg_sleep(60);
         return old;
       exception when query_canceled then
         -- the limit of a removal does not end it
         if sqlerrm like '%statement timeout%' then perform pg_sleep(60); end if;
         raise;
       end $$;
       create trigger take_long before delete on run_event for each row execute function take_long()`,
    );
    const sleepers = () => test.database.rows(`select 1 from pg_stat_activity where wait_event = 'PgSleep'`);
    try {
      const keeper = createKeeper();
      keeper.start(0);
      while ((await sleepers()).length === 0) await new Promise((resolve) => setImmediate(resolve));
      await keeper.close();
      expect([await sleepers(), (await left(runId)).length]).toEqual([[], 7]);
      expect(logger.lines).toEqual([]);
    } finally {
      await test.database.rows('drop trigger take_long on run_event; drop function take_long()');
    }
  }, 20_000);
});

describe('removing', () => {
  it('is done by one at a time, and waits while a backup is made', async () => {
    const runId = await seedAgedRun(test.database, owner, { daysAgo: 100 });
    const hold = await holdRemoval(test.database);
    expect(await createKeeper().keep()).toBe(false);
    expect(await left(runId)).toHaveLength(7);
    await hold.end();
    let goOn: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    const slow: ObjectStore = {
      ...bound(objects),
      removeUnfinished: async () => {
        begun();
        await mayGoOn;
        return 0;
      },
    };
    const first = createKeeper({ objects: slow }).keep();
    await hasBegun;
    expect(await createKeeper().keep()).toBe(false);
    goOn();
    expect([await first, await left(runId)]).toEqual([true, []]);
  });
});

/** The methods of a store, to be replaced one by one. */
function bound(store: ObjectStore): ObjectStore {
  const names = ['put', 'get', 'has', 'renew', 'remove', 'removeUnused', 'removeUnfinished', 'list'] as const;
  return Object.fromEntries(names.map((name) => [name, store[name].bind(store)])) as unknown as ObjectStore;
}
