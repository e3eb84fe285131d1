import { randomBytes } from 'node:crypto';
import { getCarriedPart, getPlanPart, migrate, PostgresSecretStore, removeOldCarried, storeCarried } from './index.js';
import { fixedKeys, seedApp, seedRun, startTestDatabase, type TestDatabase } from './testing/index.js';
import { PLAN } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

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

describe('a plan', () => {
  it('is read in pieces that are the whole, by its own team', async () => {
    const { teamId } = await seedApp(test.database, PLAN);
    const texts: string[] = [];
    for (let isLast = false; !isLast;) {
      const part = await getPlanPart(test.database, teamId, 'plan', texts.length, 100);
      texts.push(part.text);
      isLast = part.isLast;
    }
    expect(texts.slice(0, -1).every(({ length }) => length === 100)).toBe(true);
    const whole = texts.join('');
    expect(JSON.parse(whole)).toEqual(PLAN);
    expect(await getPlanPart(test.database, teamId, 'plan', 0, whole.length)).toEqual({ text: whole, isLast: true });
    const other = await seedApp(test.database, PLAN, 'theirs');
    await expect(getPlanPart(test.database, other.teamId, 'plan', 0, 100)).rejects.toThrow('plan is not');
  });
});

describe('what a run carries into its next history', () => {
  it('is kept whole for its team and that history alone, until the run has ended or is deleted', async () => {
    const app = await seedApp(test.database, PLAN);
    const keyOf = async (history: number) => ({
      runId: await seedRun(test.database, app),
      teamId: app.teamId,
      history,
    });
    const [key, deleted] = [await keyOf(2), await keyOf(2)];
    const text = JSON.stringify({ text: 'a\u0000b\ud800 é 🙂'.repeat(20) });
    await storeCarried(test.database, key, 'older');
    for (const one of [key, deleted]) await storeCarried(test.database, one, text);
    const parts: string[] = [];
    for (let isLast = false; !isLast;) {
      const part = await getCarriedPart(test.database, key, parts.length, 100);
      parts.push(part.text);
      isLast = part.isLast;
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.join('')).toBe(text);
    const other = await seedApp(test.database, PLAN);
    for (const wrong of [{ teamId: other.teamId }, { history: 3 }])
      await expect(getCarriedPart(test.database, { ...key, ...wrong }, 0, 100)).rejects.toThrow('is not there');
    const runsOf = () => test.database.rows<{ run_id: string }>('select run_id from carried_run');
    await test.database.rows('delete from run where id = $1', [deleted.runId]);
    await removeOldCarried(test.database);
    expect(await runsOf()).toEqual([{ run_id: key.runId }]);
    await test.database.rows("update run set status = 'stopped', finished_at = now() where id = $1", [key.runId]);
    await removeOldCarried(test.database);
    expect(await runsOf()).toEqual([]);
  });
});

describe('secrets', () => {
  it('open for their team with their key alone', async () => {
    const { teamId } = await seedApp(test.database, PLAN);
    const other = await seedApp(test.database, PLAN);
    const store = new PostgresSecretStore(test.database, fixedKeys(randomBytes(32)));
    const id = await store.seal(teamId, 'canary-4711');
    expect(await store.open(teamId, id)).toBe('canary-4711');
    await expect(store.open(other.teamId, id)).rejects.toMatchObject({ code: 'secret.missing' });
    const stranger = new PostgresSecretStore(test.database, fixedKeys(randomBytes(32)));
    await expect(stranger.open(teamId, id)).rejects.toMatchObject({ code: 'secret.wrongKey' });
    const [row] = await test.database.rows<{ sealed: string }>('select sealed from secret where id = $1', [id]);
    expect(row?.sealed).not.toContain('canary');
  });
});

describe('a database in trouble', () => {
  it.each([
    ['53100', 'The disk of the database is full'],
    ['53300', 'All connections of the database are taken'],
    ['40P01', 'Several changes met in the database'],
    ['40001', 'Several changes met in the database'],
    ['57014', 'The database does not answer'],
  ])('(%s) is unavailable, not broken', async (state, sentence) => {
    const provoke = `do $$ begin raise exception 'provoked' using errcode = '${state}'; end $$`;
    const trouble = { code: 'database.unavailable', message: expect.stringContaining(sentence) };
    await expect(test.database.rows(provoke)).rejects.toMatchObject(trouble);
    await expect(test.database.inTransaction((sql) => sql.rows(provoke))).rejects.toMatchObject(trouble);
  });

  it('is told from a statement that is wrong', async () => {
    await expect(test.database.rows('select nothing_there')).rejects.toMatchObject({ code: '42703' });
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
