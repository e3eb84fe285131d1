import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { bytesOf, checkArchive, readArchive } from './archive-reader.js';
import { writeArchive } from './archive-writer.js';
import type { Manifest } from './manifest.js';

const MANIFEST: Manifest = {
  product: 'tenon',
  format: 1,
  release: '1.2.3',
  createdAt: '2026-01-01T00:00:00.000Z',
  migrations: ['first'],
  tables: [{ name: 'run', columns: ['id'] }],
};
const ENTRIES: readonly (readonly [string, Buffer])[] = [
  ['database/run.000001', Buffer.from('1\n2\n')],
  ['files/secret.key', randomBytes(32)],
  ['objects/values/large', randomBytes(300_000)],
];

let folder: string;
let file: string;
const ignore = () => undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-archive-'));
  file = path.join(folder, 'backup.tar.gz');
});
afterEach(() => rm(folder, { recursive: true }));

function writeGood(manifest: object = MANIFEST): Promise<number> {
  return writeArchive(file, async (add) => {
    await add('manifest.json', Buffer.from(JSON.stringify(manifest)));
    for (const [name, content] of ENTRIES) await add(name, content);
  });
}

const check = () => checkArchive(file, ignore);
const damaged = { code: 'backup.damaged', message: expect.stringContaining('is cut or damaged') };

describe('a backup', () => {
  it('is read as it was written, by its owner alone', async () => {
    expect(await writeGood()).toBe((await stat(file)).size);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await check()).manifest).toEqual(MANIFEST);
    const read: (readonly [string, Buffer])[] = [];
    await readArchive(file, async ({ name, content }) => void read.push([name, await bytesOf(content)]));
    expect(read.slice(1, -1)).toEqual(ENTRIES);
    expect(await readdir(folder)).toEqual(['backup.tar.gz']);
  });

  it('that is cut anywhere, or changed anywhere, is refused', async () => {
    await writeGood();
    const whole = await readFile(file);
    for (let share = 0.05; share < 1; share += 0.05) {
      await writeFile(file, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(check()).rejects.toMatchObject(damaged);
    }
    await writeFile(file, whole.subarray(0, -1));
    await expect(check()).rejects.toMatchObject(damaged);
    for (let share = 0.1; share < 1; share += 0.1) {
      const changed = Buffer.from(whole);
      const at = Math.floor(whole.length * share);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await writeFile(file, changed);
      await expect(check()).rejects.toMatchObject({ code: 'backup.damaged' });
    }
  });

  it('that lacks its last entries, or has one that was exchanged, is refused though the archive itself is whole', async () => {
    const forge = async (entries: readonly (readonly [string, string | Buffer])[]) => {
      const archive = pack();
      for (const [name, content] of entries) archive.entry({ name }, content as string);
      archive.finalize();
      await pipeline(archive, createGzip(), createWriteStream(file));
    };
    const manifest = ['manifest.json', JSON.stringify(MANIFEST)] as const;
    await forge([manifest, ...ENTRIES]);
    await expect(check()).rejects.toMatchObject(damaged);
    await forge([manifest, ...ENTRIES, ['end.json', JSON.stringify({ entries: 4, sha256: 'f'.repeat(64) })]]);
    await expect(check()).rejects.toMatchObject(damaged);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('no backup at all')],
    ['compressed text', gzipSync('no backup at all')],
    ['random', randomBytes(5_000)],
  ])('is not what is %s', async (_what, content) => {
    await writeFile(file, content);
    await expect(check()).rejects.toMatchObject({ code: expect.stringMatching(/^backup\.(foreign|damaged)$/) });
  });

  it('is not another archive', async () => {
    const archive = pack();
    archive.entry({ name: 'package/package.json' }, '{}');
    archive.finalize();
    await pipeline(archive, createGzip(), createWriteStream(file));
    await expect(check()).rejects.toMatchObject({ code: 'backup.foreign' });
  });

  it('of a layout that a newer release writes names that release', async () => {
    await writeGood({ ...MANIFEST, format: 2, release: '9.0.0' });
    await expect(check()).rejects.toMatchObject({ code: 'backup.newer', message: expect.stringContaining('9.0.0') });
  });

  it('that cannot be finished is not there, and never takes the place of another', async () => {
    const broken = writeArchive(file, async (add) => {
      await add('manifest.json', Buffer.from('{}'));
      throw new Error('the database is gone');
    });
    await expect(broken).rejects.toThrow('the database is gone');
    expect(await readdir(folder)).toEqual([]);
    await writeFile(file, 'precious');
    await expect(writeGood()).rejects.toMatchObject({ code: 'backup.notEmpty' });
    expect(await readFile(file, 'utf8')).toBe('precious');
    file = path.join(folder, 'no/such/backup');
    await expect(writeGood()).rejects.toMatchObject({ code: 'backup.refused' });
  });
});
