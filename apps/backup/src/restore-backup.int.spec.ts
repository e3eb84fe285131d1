import { startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { loadConfig } from '@tenon/platform';
import { itWithDisks, mountSmallDisk } from '@tenon/platform/testing';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createBackup } from './create-backup.js';
import { restoreBackup } from './restore-backup.js';
import { checkFree, stageFolder } from './staged-folder.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-restore-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('a folder that is a disk of its own', () => {
  itWithDisks('is filled at the end, or left empty', async () => {
    const small = await mountSmallDisk(path.join(folder, 'data'), 'size=8m');
    const disk = small.folder;
    try {
      await mkdir(path.join(disk, 'lost+found'));
      await checkFree(disk);
      const given = await stageFolder(disk);
      await mkdir(path.join(given.path, 'objects'));
      await given.discard();
      expect(await readdir(disk)).toEqual(['lost+found']);
      const late = await stageFolder(disk);
      await writeFile(path.join(disk, 'theirs'), 'x');
      await expect(late.publish()).rejects.toMatchObject({ code: 'backup.notEmpty' });
      await late.discard();
      await rm(path.join(disk, 'theirs'));
      const staged = await stageFolder(disk);
      await mkdir(path.join(staged.path, 'objects'));
      await writeFile(path.join(staged.path, 'objects/a'), 'x');
      await writeFile(path.join(staged.path, 'secret.key'), 'x');
      await staged.publish();
      await staged.discard();
      expect((await readdir(disk)).sort()).toEqual(['lost+found', 'objects', 'secret.key']);
      expect(await readdir(path.join(disk, 'objects'))).toEqual(['a']);
    } finally {
      await small.unmount();
    }
  });
});

describe('with a database of its own', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await startTestDatabase()), 60_000);
  afterAll(() => test.close());

  it('a restore whose folder is taken at the end says what is to be emptied', async () => {
    const env = { TENON_SECRET_KEY: 'ab'.repeat(32) };
    const from = loadConfig({ ...env, TENON_DATA_DIR: path.join(folder, 'from'), TENON_DATABASE_URL: test.url });
    const file = path.join(folder, 'backup');
    await test.database.rows(`insert into team (id, name) values (gen_random_uuid(), 'Test')`);
    await createBackup(from, { file, release: '1.0.0' }, () => undefined);
    await test.database.rows('create database restored');
    const target = path.join(folder, 'to');
    const url = test.url.replace(/tenon$/, 'restored');
    const to = loadConfig({ ...env, TENON_DATA_DIR: target, TENON_DATABASE_URL: url });
    const restoring = restoreBackup(to, file, (state) => {
      if (state === 'team') mkdirSync(path.join(target, 'theirs'), { recursive: true });
    });
    await expect(restoring).rejects.toMatchObject({
      message: expect.stringContaining('empty the database of TENON_DATABASE_URL.'),
    });
    expect(await readdir(target)).toEqual(['theirs']);
  }, 60_000);
});
