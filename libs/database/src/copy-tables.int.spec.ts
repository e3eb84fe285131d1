import type { RunId } from '@tenon/base';
import { buildPlan } from '@tenon/engine/testing';
import {
  claimCommands,
  claimQueuedRuns,
  copyTables,
  fillTables,
  migrate,
  openDatabase,
  RunRepository,
  type CopiedTable,
  type Database,
} from './index.js';
import { seedAgedRun, seedApp, startTestDatabase, type TestDatabase } from './testing/index.js';

let test: TestDatabase;
let owner: Awaited<ReturnType<typeof seedApp>>;
const opened: Database[] = [];

beforeAll(async () => {
  test = await startTestDatabase();
  owner = await seedApp(test.database, buildPlan('a -> b'));
}, 60_000);
afterAll(async () => {
  for (const database of opened) await database.close();
  await test.close();
});

/** A database of its own on the same server, without tables. */
async function emptyDatabase(name: string): Promise<Database> {
  await test.database.rows(`create database ${name}`);
  const database = openDatabase({ url: test.url.replace(/tenon$/, name), poolSize: 4, name });
  opened.push(database);
  return database;
}

interface Kept {
  readonly migrations: readonly string[];
  readonly tables: readonly { readonly table: CopiedTable; readonly rows: Buffer }[];
}

async function keepAll(between: () => Promise<void> = async () => undefined): Promise<Kept> {
  return copyTables(test.database, async ({ migrations, tables, read }) => {
    const kept: Kept['tables'][number][] = [];
    await between();
    for (const table of tables) {
      const pieces: Buffer[] = [];
      for await (const piece of read(table)) pieces.push(piece);
      kept.push({ table, rows: Buffer.concat(pieces) });
    }
    return { migrations, tables: kept };
  });
}

function giveBack(database: Database, { migrations, tables }: Kept): Promise<number> {
  return fillTables(database, migrations, async (fill) => {
    for (const { table, rows } of tables)
      await fill(
        table,
        (async function* () {
          yield rows;
        })(),
      );
  });
}

const count = async (database: Database, table: string) =>
  (await database.rows<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count;

it('gives back every row as it was at one instant, whatever is written meanwhile', async () => {
  await seedAgedRun(test.database, owner, { daysAgo: 1 });
  const before = await count(test.database, 'run');
  const kept = await keepAll(async () => void (await seedAgedRun(test.database, owner, { daysAgo: 0 })));
  const target = await emptyDatabase('instant');
  await giveBack(target, kept);
  expect(await count(target, 'run')).toBe(before);
  for (const table of ['team', 'app', 'plan', 'run_event', 'step', 'attempt', 'object_reference', 'text_chunk'])
    expect([table, await count(target, table)]).toEqual([
      table,
      kept.tables
        .find(({ table: { name } }) => name === table)!
        .rows.toString()
        .split('\n').length - 1,
    ]);
  expect(await migrate(target)).toEqual([]);
});

it('T3 puts every run that had not ended back into the queue, with what was told of it and with the wish to stop it', async () => {
  const running = await seedAgedRun(test.database, owner, { daysAgo: 0, status: 'running' });
  const queued = await seedAgedRun(test.database, owner, { daysAgo: 0, status: 'queued' });
  const toStop = await seedAgedRun(test.database, owner, { daysAgo: 0, status: 'running' });
  const ended = await seedAgedRun(test.database, owner, { daysAgo: 0 });
  await test.database.rows('delete from run_command where run_id <> all($1::uuid[])', [[toStop, ended]]);
  const target = await emptyDatabase('queue');
  expect(await giveBack(target, await keepAll())).toBe(3);
  const claimed = await claimQueuedRuns(target, 10, 10);
  expect(claimed.map(({ id }) => id).sort()).toEqual([running, queued, toStop].sort());
  expect((await claimCommands(target, 10)).map(({ runId }) => runId)).toEqual([toStop]);
  const runs = new RunRepository(target);
  const statuses = async (id: RunId) => (await runs.find(owner.teamId, id))?.status;
  expect([await statuses(running), await statuses(ended)]).toEqual(['queued', 'succeeded']);
  for (const run of [running, ended])
    expect(await target.rows('select 1 from run_event where run_id = $1', [run])).toHaveLength(1);
});

it('leaves an empty database as it was when it fails in the middle, and refuses one that is not empty', async () => {
  const kept = await keepAll();
  const target = await emptyDatabase('refusing');
  const cut = { ...kept, tables: kept.tables.map((one) => ({ ...one, rows: one.rows.subarray(0, -3) })) };
  await expect(giveBack(target, cut)).rejects.toThrow();
  await expect(giveBack(target, { ...kept, migrations: [...kept.migrations, '9-later'] })).rejects.toMatchObject({
    code: 'database.newerSchema',
  });
  const tables = `select 1 from pg_class where relnamespace = 'public'::regnamespace`;
  expect(await target.rows(tables)).toEqual([]);
  await giveBack(target, kept);
  await expect(giveBack(target, kept)).rejects.toMatchObject({ code: 'database.notEmpty' });
});
