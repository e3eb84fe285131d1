import { startTestPostgres, type TestPostgres } from '@tenon/platform/testing';
import { buildPlan } from '@tenon/engine/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { openDatabase, type Database } from './database.js';
import { migrate, migrateTo } from './migrate.js';
import { migrations } from './migrations/index.js';
import { seedApp, seedRun } from './testing/index.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const LAST = '1764600000000-add-keeping';

let postgres: TestPostgres;
let database: Database;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = openDatabase({ url: postgres.url, poolSize: 4, name: 'test' });
}, 60_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

/** The schema as the release before a migration left it. */
async function migrateBefore(name: string): Promise<void> {
  const connection = await database.connect();
  const names = migrations.map((migration) => migration.name);
  await migrateTo(connection, names.slice(0, names.indexOf(name)));
  await connection.end();
}

const hasColumn = async () =>
  (await database.rows(`select 1 from information_schema.columns where column_name = 'keep_runs_days'`)).length > 0;

it('D5 a migration that is killed half-way leaves nothing, the release before serves on, and the next start completes it', async () => {
  await migrateBefore(LAST);
  const owner = await seedApp(database, buildPlan('a -> b'));
  const before = await seedRun(database, owner);
  // somebody who writes runs holds the migration up at its second statement, when its first is done
  const writer = await database.connect();
  await writer.query('begin');
  await writer.query('lock table run in row exclusive mode');
  const loader = path.join(ROOT, 'tools/build/source.mjs');
  const main = path.join(import.meta.dirname, 'testing/migrate.main.ts');
  const child = spawn(process.execPath, ['--import', loader, main, postgres.url], { cwd: ROOT, stdio: 'inherit' });
  const exited = once(child, 'exit');
  const waiting = `select 1 from pg_stat_activity where application_name = 'migrate' and wait_event_type = 'Lock'`;
  while ((await database.rows(waiting)).length === 0)
    if (child.exitCode !== null) throw new Error('the migration did not wait');
    else await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  await exited;
  await writer.query('rollback');
  await writer.end();

  const gone = `select 1 from pg_stat_activity where application_name = 'migrate'`;
  while ((await database.rows(gone)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await hasColumn()).toBe(false);
  const after = await seedRun(database, owner);
  const runs = await database.rows<{ id: string }>('select id from run order by id');
  expect(runs.map(({ id }) => id)).toEqual([before, after].sort());

  expect(await migrate(database)).toContain(LAST);
  expect(await hasColumn()).toBe(true);
  expect(await migrate(database)).toEqual([]);
  expect(await database.rows('select id from run')).toHaveLength(2);
}, 60_000);
