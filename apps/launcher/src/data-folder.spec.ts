import { itWithDisks, mountSmallDisk } from '@tenon/platform/testing';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { compareReleases, openDataFolder, writeWhole, type DataFolder } from './data-folder.js';

let root: string;
let folder: string;
const opened: DataFolder[] = [];
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'tenon-data-'));
  folder = path.join(root, 'data');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await rm(root, { recursive: true });
});

async function open(release = '1.2.3'): Promise<DataFolder> {
  const one = await openDataFolder(folder, release);
  opened.push(one);
  return one;
}

describe('openDataFolder', () => {
  it('makes the folder and knows which release used it last', async () => {
    const first = await open('1.2.3');
    expect(first.lastRelease).toBeUndefined();
    await first.markRelease();
    await first.close();
    expect((await open('1.3.0')).lastRelease).toBe('1.2.3');
  });

  it('lets only one launcher in', async () => {
    const first = await open();
    const way = 'use that one, stop it first, or set TENON_DATA_DIR to another folder.';
    await expect(open()).rejects.toMatchObject({
      code: 'launcher.alreadyRunning',
      message: `Tenon already runs (process ${process.pid}, data folder ${folder}): ${way}`,
    });
    await writeFile(path.join(folder, 'instance.json'), '{"url":"http://127.0.0.1:4180"}');
    await expect(open()).rejects.toMatchObject({
      message: `Tenon already runs at http://127.0.0.1:4180 (process ${process.pid}, data folder ${folder}): ${way}`,
    });
    await first.close();
    await expect(open()).resolves.toBeDefined();
  });

  it('refuses the folder of a newer release, and lets go of it', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'version.json'), '{"release":"2.0.0"}');
    for (let i = 0; i < 2; i++) {
      await expect(open('1.9.9')).rejects.toMatchObject({
        code: 'launcher.newerData',
        message: `${folder} was written by Tenon 2.0.0, and this is 1.9.9: use that release or another TENON_DATA_DIR.`,
      });
    }
  });

  it.each(['{"release":7}', 'no json', '{}'])('refuses a version file that says %s', async (text) => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'version.json'), text);
    await expect(open()).rejects.toMatchObject({ code: 'launcher.folderRefused' });
  });

  it('says what to do when the folder is a file', async () => {
    await writeFile(folder, '');
    await expect(open()).rejects.toMatchObject({
      code: 'launcher.folderRefused',
      message: expect.stringMatching(/^The data folder .* cannot be written .*set TENON_DATA_DIR to another folder\.$/),
    });
  });

  (process.getuid?.() === 0 ? it.skip : it)(
    'says what to do when it may not write (needs another user than root)',
    async () => {
      await mkdir(folder);
      await chmod(folder, 0o500);
      await expect(open()).rejects.toMatchObject({ code: 'launcher.folderRefused' });
      await chmod(folder, 0o700);
    },
  );
});

itWithDisks('openDataFolder says how much to free on a full disk', async () => {
  const disk = await mountSmallDisk(path.join(root, 'small'), 'size=1M');
  try {
    for (const name of ['empty', 'full']) {
      folder = path.join(disk.folder, name);
      await expect(open()).rejects.toMatchObject({
        code: 'launcher.diskFull',
        message: `The disk of ${folder} is full: free 300 MB, or set TENON_DATA_DIR to a folder on another disk.`,
      });
      await disk.fill();
    }
  } finally {
    await disk.unmount();
  }
});

describe('compareReleases', () => {
  it.each([
    ['1.2.3', '1.2.3', 0],
    ['1.2.3', '1.10.0', -1],
    ['2.0.0', '1.99.99', 1],
    ['0.1.0-beta.1', '0.1.0', 0],
  ])('puts %s against %s', (a, b, sign) => expect(Math.sign(compareReleases(a, b))).toBe(sign));
});

describe('writeWhole', () => {
  it('replaces a file and keeps it to its owner, also when an older file was open to all', async () => {
    const file = path.join(root, 'a.json');
    await writeFile(file, 'old', { mode: 0o644 });
    await writeFile(`${file}.new`, 'a draft that was cut off', { mode: 0o644 });
    await writeWhole(file, { secret: 1 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ secret: 1 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
