import { findPostgresUser } from '@tenon/platform/servers';
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openDataFolder } from './data-folder.js';
import { keepPrivate } from './keep-private.js';

const isRoot = process.getuid?.() === 0;
/** As root, Postgres runs as another user, which must get through. */
const PRIVATE = isRoot ? '710' : '700';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-private-'));
  folder = path.join(root, 'data');
  await mkdir(folder);
  await chmod(folder, 0o755);
});
afterEach(() => rm(root, { recursive: true }));

const modeOf = async (...names: string[]) => ((await stat(path.join(folder, ...names))).mode & 0o777).toString(8);

async function leaveOpen(...names: string[]): Promise<void> {
  const file = path.join(folder, ...names);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, 'x');
  await chmod(file, 0o644);
}

describe('keepPrivate', () => {
  it('closes the folder and everything that an earlier release left open in it', async () => {
    const files = [['temporal.db'], ['temporal.db-wal'], ['status.json'], ['logs', 'api.log'], ['objects', 'a', 'b']];
    for (const file of files) await leaveOpen(...file);
    await keepPrivate(folder);
    expect(await modeOf()).toBe(PRIVATE);
    expect(await Promise.all(files.map((file) => modeOf(...file)))).toEqual(files.map(() => '600'));
    expect(await Promise.all(['logs', 'objects'].map((name) => modeOf(name)))).toEqual(['700', '700']);
  });

  it('closes only what is its own in a folder that holds other things', async () => {
    await leaveOpen('temporal.db');
    await leaveOpen('pages', 'index.html');
    await keepPrivate(folder);
    expect(await modeOf('temporal.db')).toBe('600');
    expect(await Promise.all([modeOf(), modeOf('pages'), modeOf('pages', 'index.html')])).toEqual([
      '755',
      '755',
      '644',
    ]);
  });

  it('does not follow a link out of the folder', async () => {
    const elsewhere = path.join(root, 'elsewhere');
    await mkdir(elsewhere);
    await chmod(elsewhere, 0o755);
    await symlink(elsewhere, path.join(folder, 'objects'));
    await keepPrivate(folder);
    expect(((await stat(elsewhere)).mode & 0o777).toString(8)).toBe('755');
    expect(await modeOf()).toBe(PRIVATE);
  });

  (isRoot ? it : it.skip)('lets nobody but the user of Postgres through (needs root)', async () => {
    const postgres = await findPostgresUser(path.join(folder, 'postgres'));
    await keepPrivate(folder);
    expect((await stat(folder)).gid).toBe(postgres?.gid);
    await chown(folder, postgres!.uid, postgres!.gid);
    await keepPrivate(folder);
    expect(await modeOf()).toBe('700');
  });
});

describe('openDataFolder', () => {
  it('makes a folder that is closed to others, below folders that Postgres gets through', async () => {
    await rm(folder, { recursive: true });
    const deep = path.join(folder, 'deep', 'er');
    await (await openDataFolder(deep, '1.2.3')).close();
    expect(await modeOf('deep', 'er')).toBe(PRIVATE);
    if (isRoot) expect([await modeOf(), await modeOf('deep')]).toEqual(['711', '711']);
  });
});
