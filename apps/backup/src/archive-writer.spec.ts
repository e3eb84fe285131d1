import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkArchive } from './archive-reader.js';
import { writeArchive } from './archive-writer.js';

jest.mock('node:fs/promises', () => ({
  ...jest.requireActual<object>('node:fs/promises'),
  link: () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM', syscall: 'link' })),
}));

describe('on a disk without links', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-archive-'));
    file = path.join(folder, 'backup');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const manifest = { product: 'tenon', format: 1, release: '1.0.0', createdAt: '', migrations: [], tables: [] };
  const write = () => writeArchive(file, (add) => add('manifest.json', Buffer.from(JSON.stringify(manifest))));

  it('a backup is written, for its owner alone', async () => {
    await write();
    expect((await checkArchive(file, () => undefined)).manifest).toEqual(manifest);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['backup']);
  });

  it('it takes the place of nothing', async () => {
    await writeFile(file, 'precious');
    await expect(write()).rejects.toMatchObject({ code: 'backup.notEmpty' });
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect(await readdir(folder)).toEqual(['backup']);
  });
});
