import type { TeamId } from '@tenon/base';
import { loadConfig, loadSecretKeys } from '@tenon/platform';
import type { RenewableKeys, SealingKeys } from '@tenon/ports';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Database, Sql } from './database.js';
import { checkSealingKeys, forgetLostSecrets, holdRemoval, PostgresSecretStore, rotateSecrets } from './index.js';
import { LOCKS } from './locks.js';
import { newId } from './new-id.js';
import { sealValue } from './sealed-value.js';
import { openWithAny, type SealedSecret } from './secret-store.js';
import { fixedKeys, seedApp, startTestDatabase, type TestDatabase } from './testing/index.js';

let test: TestDatabase;
let folder: string;
let teamId: TeamId;

beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-rotation-'));
  await test.database.rows('delete from secret');
  await test.database.rows('delete from secret_key');
  ({ teamId } = await seedApp(test.database, { mode: 'workflow' } as never));
});
afterEach(() => rm(folder, { recursive: true }));

const loadKeys = (env: Readonly<Record<string, string>> = {}) =>
  loadSecretKeys(loadConfig({ TENON_DATA_DIR: folder, ...env }));
const storeWith = (keys: SealingKeys) => new PostgresSecretStore(test.database, keys);
/** Seals `secret 0`, `secret 1` and so on. */
async function sealed(keys: SealingKeys, count: number): Promise<string[]> {
  const ids = [await storeWith(keys).seal(teamId, 'secret 0')];
  const [key] = keys.list();
  for (let index = 1; index < count; index++) ids.push(newId());
  await test.database.rows(
    `insert into secret (id, team_id, sealed, key_id) select id, $1, sealed, $2
     from unnest($3::uuid[], $4::text[]) as given (id, sealed) on conflict do nothing`,
    [teamId, key!.id, ids, ids.map((id, index) => sealValue(`secret ${index}`, key!, { teamId, id }))],
  );
  return ids;
}
const openAll = (keys: SealingKeys, ids: readonly string[]) =>
  Promise.all(ids.map((id) => storeWith(keys).open(teamId, id)));
const plains = (count: number) => Array.from({ length: count }, (_, index) => `secret ${index}`);

/** Keys that never look again: what a thief has. */
const stolen = (keys: SealingKeys) => fixedNames(keys.list());
function fixedNames(list: ReturnType<SealingKeys['list']>): SealingKeys {
  return { source: 'a thief', list: () => list, reload: async () => undefined };
}

describe('a rotation', () => {
  it('leaves nothing that the old key opens, and everything that the new one does', async () => {
    const keys = await loadKeys();
    const ids = await sealed(keys, 1_203);
    const old = stolen(keys);
    expect(await rotateSecrets(test.database, keys)).toBe(1_203);
    const all = await test.database.rows<SealedSecret>(
      'select id, team_id as "teamId", sealed, null as "keyId" from secret',
    );
    const openedWith = (by: SealingKeys) => all.filter((row) => openWithAny(row, by.list()) !== undefined);
    expect([openedWith(old).length, openedWith(await loadKeys()).length]).toEqual([0, 1_203]);
    expect(await openAll(await loadKeys(), ids.slice(-20))).toEqual(plains(1_203).slice(-20));
    expect((await readFile(path.join(folder, 'secret.key'), 'utf8')).trim().split('\n')).toHaveLength(1);
  }, 60_000);

  it('seals anew what was sealed before keys had names', async () => {
    const keys = await loadKeys();
    const [id] = (await sealed(keys, 1)) as [string];
    await test.database.rows('update secret set key_id = null');
    expect(await openAll(keys, [id])).toEqual(plains(1));
    const old = stolen(keys);
    expect(await rotateSecrets(test.database, keys)).toBe(1);
    expect(await openAll(keys, [id])).toEqual(plains(1));
    await expect(storeWith(old).open(teamId, id)).rejects.toMatchObject({ code: 'secret.wrongKey' });
  });

  it('that is cut off at any point loses nothing, and the next one finishes', async () => {
    let calls = Infinity;
    for (let point = 0; point < calls; point++) {
      await test.database.rows('delete from secret');
      await rm(path.join(folder, 'secret.key'), { force: true });
      const keys = await loadKeys();
      const ids = await sealed(keys, 3);
      const old = stolen(keys);
      const cut = cutOffAfter(point, test.database, keys);
      const error = await rotateSecrets(cut.database, cut.keys).catch((it: unknown) => it);
      if (typeof error === 'number') calls = point;
      else expect(error).toEqual(new Error('cut off'));
      // a process of after, one of before, and a value that somebody seals meanwhile
      expect(await openAll(await loadKeys(), ids)).toEqual(plains(3));
      expect(await openAll(keys, ids)).toEqual(plains(3));
      const later = await storeWith(keys).seal(teamId, 'later');

      const next = await loadKeys();
      await rotateSecrets(test.database, next);
      expect(next.list()).toHaveLength(1);
      expect(await openAll(await loadKeys(), ids)).toEqual(plains(3));
      expect(await storeWith(next).open(teamId, later)).toBe('later');
      await expect(storeWith(old).open(teamId, ids[0]!)).rejects.toMatchObject({ code: 'secret.wrongKey' });
    }
    expect(calls).toBeGreaterThanOrEqual(6);
  }, 60_000);

  it('is not noticed by whoever opens and seals meanwhile with the keys of before', async () => {
    const keys = await loadKeys();
    const ids = await sealed(keys, 2_000);
    const others = storeWith(await loadKeys());
    let isOver = false;
    const sealedMeanwhile: string[] = [];
    const reading = (async () => {
      let opened = 0;
      for (let index = 0; !isOver || opened < 50; index = (index + 7) % ids.length, opened++) {
        expect(await others.open(teamId, ids[index]!)).toBe(`secret ${index}`);
        sealedMeanwhile.push(await others.seal(teamId, 'meanwhile'));
      }
    })();
    await rotateSecrets(test.database, keys);
    isOver = true;
    await reading;
    const all = await openAll(await loadKeys(), sealedMeanwhile);
    expect(new Set(all)).toEqual(new Set(['meanwhile']));
  }, 60_000);

  it('waits for whoever is sealing with the old key', async () => {
    const keys = await loadKeys();
    await sealed(keys, 1);
    let rotating: Promise<number> | undefined;
    const late = await test.database.inTransaction(async (sql) => {
      const id = await new PostgresSecretStore(sql, stolen(keys)).seal(teamId, 'late');
      rotating = rotateSecrets(test.database, keys);
      await waitForLock(test.database);
      return id;
    });
    expect(await rotating).toBe(2);
    expect(await storeWith(keys).open(teamId, late)).toBe('late');
  }, 60_000);

  it('retires the old key: a process that holds to it seals nothing with it', async () => {
    const keys = await loadKeys();
    await sealed(keys, 1);
    const old = stolen(keys);
    await rotateSecrets(test.database, keys);
    await expect(storeWith(old).seal(teamId, 'x')).rejects.toMatchObject({
      code: 'secret.wrongKey',
      message: expect.stringContaining('tenon secrets rotate'),
    });
  });

  it('happens once at a time', async () => {
    const keys = await loadKeys();
    const lock = await test.database.connect();
    await lock.query('select pg_advisory_lock($1)', [LOCKS.rotating]);
    await expect(rotateSecrets(test.database, keys)).rejects.toMatchObject({ code: 'secret.isBeingRotated' });
    await lock.query('select pg_advisory_unlock($1)', [LOCKS.rotating]);
    await lock.end();
    expect(await rotateSecrets(test.database, keys)).toBe(0);
  });

  it('happens while a backup is made', async () => {
    const keys = await loadKeys();
    await sealed(keys, 1);
    const hold = await holdRemoval(test.database);
    try {
      expect(await rotateSecrets(test.database, keys)).toBe(1);
    } finally {
      await hold.end();
    }
  });

  it('goes over to the key of the setting, and back', async () => {
    const [now, before] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const ids = await sealed(await loadKeys({ TENON_SECRET_KEY: before }), 2);
    const both = await loadKeys({ TENON_SECRET_KEY: now, TENON_SECRET_KEY_PREVIOUS: before });
    expect(await openAll(both, ids)).toEqual(plains(2));
    expect(await rotateSecrets(test.database, both)).toBe(2);
    expect(await openAll(await loadKeys({ TENON_SECRET_KEY: now }), ids)).toEqual(plains(2));
    await expect(openAll(await loadKeys({ TENON_SECRET_KEY: before }), ids)).rejects.toMatchObject({
      code: 'secret.wrongKey',
    });
    const back = await loadKeys({ TENON_SECRET_KEY: before, TENON_SECRET_KEY_PREVIOUS: now });
    expect(await rotateSecrets(test.database, back)).toBe(2);
    expect(await openAll(await loadKeys({ TENON_SECRET_KEY: before }), ids)).toEqual(plains(2));
  });

  it('goes over from one process to the next when all know the new key before one seals with it', async () => {
    const [next, now] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const known: string[] = [];
    /** A process that was started with these keys: it opens what all have sealed, and seals more. */
    const start = async (key: string, previous = '') => {
      const keys = await loadKeys({ TENON_SECRET_KEY: key, TENON_SECRET_KEY_PREVIOUS: previous });
      await checkSealingKeys(test.database, keys);
      return keys;
    };
    const processes = [await start(now), await start(now)];
    const work = async () => {
      for (const keys of processes) known.push(await storeWith(keys).seal(teamId, 'secret'));
      for (const keys of processes) expect(new Set(await openAll(keys, known))).toEqual(new Set(['secret']));
    };
    const startEach = async (key: string, previous?: string) => {
      for (const index of processes.keys()) {
        processes[index] = await start(key, previous);
        await work();
      }
    };
    await startEach(now, next);
    await startEach(next, now);
    await rotateSecrets(test.database, processes[0]!);
    await work();
    await startEach(next);
  });

  it('keeps the old keys while there is a secret that none of the known ones opens', async () => {
    const keys = await loadKeys();
    await sealed(keys, 1);
    await sealed(fixedKeys(randomBytes(32)), 1);
    await expect(rotateSecrets(test.database, keys)).rejects.toMatchObject({ code: 'secret.wrongKey' });
    expect((await loadKeys()).list()).toHaveLength(2);
  });
});

describe('the look at the keys at start', () => {
  it('is content with a new database, and with the right key', async () => {
    await checkSealingKeys(test.database, fixedKeys(randomBytes(32)));
    const keys = await loadKeys();
    await sealed(keys, 2);
    await checkSealingKeys(test.database, keys);
  });

  it.each([['names its key'], ['was sealed before keys had names']])(
    'names where the wrong key came from, when a secret %s',
    async (kind) => {
      const keys = await loadKeys();
      await sealed(fixedKeys(randomBytes(32)), 1);
      if (kind !== 'names its key') await test.database.rows('update secret set key_id = null');
      await expect(checkSealingKeys(test.database, keys)).rejects.toMatchObject({
        code: 'secret.wrongKey',
        message: expect.stringContaining(`another key than that of ${path.join(folder, 'secret.key')}`),
      });
    },
  );

  it('forgets, when asked, what no key opens, and nothing else', async () => {
    const keys = await loadKeys();
    const [mine] = (await sealed(keys, 1)) as [string];
    await sealed(fixedKeys(randomBytes(32)), 2);
    const [key] = fixedKeys(randomBytes(32)).list();
    const id = '00000000-0000-7000-8000-000000000001';
    const nameless = sealValue('x', key!, { teamId, id });
    await test.database.rows('insert into secret (id, team_id, sealed) values ($1, $2, $3)', [id, teamId, nameless]);
    expect(await forgetLostSecrets(test.database, keys)).toBe(3);
    await checkSealingKeys(test.database, keys);
    expect(await openAll(keys, [mine])).toEqual(plains(1));
  });
});

/** The same database and keys, which fail from the given step on, as after a kill. */
function cutOffAfter(steps: number, database: Database, keys: RenewableKeys) {
  let left = steps;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) throw new Error('cut off');
    return work();
  };
  const sqlOver = (sql: Sql): Sql => ({ rows: (text, values) => step(() => sql.rows(text, values)) });
  return {
    database: {
      ...database,
      ...sqlOver(database),
      inTransaction: <T>(work: (sql: Sql) => Promise<T>) => database.inTransaction((sql) => work(sqlOver(sql))),
    },
    keys: {
      source: keys.source,
      list: () => keys.list(),
      reload: () => step(() => keys.reload()),
      renew: () => step(() => keys.renew()),
      dropOld: () => step(() => keys.dropOld()),
    },
  };
}

async function waitForLock(database: Database): Promise<void> {
  for (;;) {
    const [row] = await database.rows<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'`,
    );
    if (row && row.count > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
