import { newId, PostgresSecretStore } from '@tenon/database';
import { seedApp, seedRun, startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { buildPlan } from '@tenon/engine/testing';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import { loadConfig, loadSecretKeys } from '@tenon/platform';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createBackup } from './create-backup.js';

const KEY = 'ab'.repeat(32);

let test: TestDatabase;
let folder: string;
let owner: Awaited<ReturnType<typeof seedApp>>;

beforeAll(async () => void (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-backup-'));
  await test.database.rows('delete from team');
  owner = await seedApp(test.database, buildPlan('a -> b'));
});
afterEach(() => rm(folder, { recursive: true }));

const configOf = (env: Readonly<Record<string, string>>) =>
  loadConfig({ TENON_DATA_DIR: folder, TENON_DATABASE_URL: test.url, ...env });
const backUp = (env: Readonly<Record<string, string>> = {}, show: (state: string) => void = () => undefined) =>
  createBackup(configOf(env), { file: path.join(folder, 'backup'), release: '1.0.0' }, show);
const keyOf = (prefix: string) => `${prefix}/${owner.teamId}/${'0a'.repeat(32)}`;
const nameValue = (runId: string, key: string) =>
  test.database.rows('insert into object_reference (run_id, key) values ($1, $2)', [runId, key]);
const nameFile = (key: string) =>
  test.database.rows(
    `insert into file (id, team_id, name, media_type, size_bytes, object_key, created_by)
     values ($1, $2, 'a', 'text/plain', 1, $3, $1)`,
    [newId(), owner.teamId, key],
  );

describe('the key', () => {
  it('that is lost, or not given, is never made anew', async () => {
    await expect(backUp()).rejects.toMatchObject({
      code: 'secretKey.unreadable',
      message: expect.stringContaining('set TENON_SECRET_KEY as for "npm start"'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('that does not open the secrets is refused, and the one that does is taken', async () => {
    const keys = await loadSecretKeys(configOf({ TENON_SECRET_KEY: KEY }));
    await new PostgresSecretStore(test.database, keys).seal(owner.teamId, 'secret');
    await expect(backUp({ TENON_SECRET_KEY: 'cd'.repeat(32) })).rejects.toMatchObject({
      code: 'backup.wrongKey',
      message: expect.stringContaining('set TENON_SECRET_KEY'),
    });
    expect(await readdir(folder)).toEqual([]);
    expect((await backUp({ TENON_SECRET_KEY: KEY })).tables).toBeGreaterThan(5);
  });
});

describe('objects', () => {
  const env = { TENON_SECRET_KEY: KEY };
  const missing = { code: 'backup.objectsMissing', message: expect.stringContaining('set TENON_OBJECTS_DIR') };

  it('of uploaded files that are not there are no backup', async () => {
    await nameFile(keyOf('files'));
    await expect(backUp(env)).rejects.toMatchObject(missing);
    expect(await readdir(folder)).not.toContain('backup');
  });

  it('that are elsewhere are no backup; one that is lost, or only looks like one, is told of', async () => {
    const runId = await seedRun(test.database, owner);
    await nameValue(runId, keyOf('values'));
    await expect(backUp(env)).rejects.toMatchObject(missing);
    const store = createDiskObjectStore(configOf(env).data.objectsFolder);
    await store.put(keyOf('responses'), Buffer.from('x'), 'text/plain');
    await nameValue(runId, keyOf('responses'));
    expect(await backUp(env)).toMatchObject({ objects: 1, missing: 1 });
  });

  it('that may be removed, since the database has forgotten that they are copied, are no backup', async () => {
    const store = createDiskObjectStore(configOf(env).data.objectsFolder);
    for (const digit of ['a', 'b']) await store.put(`files/${digit.repeat(64)}`, Buffer.from('x'), 'text/plain');
    const copied: string[] = [];
    const backup = backUp(env, (state) => {
      if (!state.endsWith('files and large values')) return;
      copied.push(state);
      // at once, while nothing else can happen
      if (copied.length === 2) endHolders();
    });
    await expect(backup).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(copied).toHaveLength(2);
    expect(await readdir(folder)).not.toContain('backup');
  });
});

/** Ends the connections that hold a lock together with others, as a restart would. */
function endHolders(): void {
  const program = `
    const client = new (require('pg').Client)(process.argv[1]);
    client.connect()
      .then(() => client.query("select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'"))
      .then(() => client.end())`;
  execFileSync(process.execPath, ['-e', program, test.url], { cwd: import.meta.dirname });
}
