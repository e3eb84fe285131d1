import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkArchive } from './archive-reader.js';
import { writeArchive } from './archive-writer.js';

jest.mock('node:fs/promises', () => ({
  ...jest.requireActual<object>('node:fs/promises'),
  link: () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM', syscall: 'link' })),
}));

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-archive-'));
  file = path.join(folder, 'backup');
});
afterEach(() => rm(folder, { recursive: true }));

const manifest = { product: 'tenon', format: 1, release: '1.0.0', createdAt: '', migrations: [], tables: [] };
const write = () => writeArchive(file, (add) => add('manifest.json', Buffer.from(JSON.stringify(manifest))));

it('a folder that is not there is told, whenever it is noticed', async () => {
  file = path.join(folder, 'missing/backup');
  const refusal = {
    code: 'backup.refused',
    message: `There is no folder ${path.dirname(file)}: make it, or name a file elsewhere with --out.`,
  };
  await expect(write()).rejects.toMatchObject(refusal);
  const addLate = writeArchive(file, async (add) => {
    await new Promise((resolve) => setImmediate(resolve));
    await add('manifest.json', Buffer.from('{}'));
    for (;;) await add('more', Buffer.alloc(1024));
  });
  await expect(addLate).rejects.toMatchObject(refusal);
});

describe('on a disk without links', () => {
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
