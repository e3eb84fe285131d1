import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { backUp } from './backup.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-backup-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function makeDatabase(content: string): Promise<void> {
  await mkdir(path.join(folder, 'postgres/base'), { recursive: true });
  await writeFile(path.join(folder, 'postgres/base/1'), content);
  await writeFile(path.join(folder, 'temporal.db'), content);
  await writeFile(path.join(folder, 'status.json'), '{}');
}
const backups = () => readdir(path.join(folder, 'backups'));

describe('backUp', () => {
  it('copies the databases, and nothing else, under the release that wrote them', async () => {
    await makeDatabase('rows');
    const seen: [number, number][] = [];
    const target = (await backUp(folder, '1.2.3', (...bytes) => seen.push(bytes))) as string;
    expect(path.basename(target)).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+Z_1\.2\.3$/);
    expect((await readdir(target)).sort()).toEqual(['postgres', 'temporal.db']);
    expect(await readFile(path.join(target, 'postgres/base/1'), 'utf8')).toBe('rows');
    expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1]);
  });

  it('has nothing to do in an empty folder', async () => {
    expect(await backUp(folder, '1.2.3')).toBeUndefined();
  });

  it('keeps the last two copies and clears what a cut-off copy left', async () => {
    await makeDatabase('1');
    await mkdir(path.join(folder, 'backups/2020-01-01T00-00-00-000Z_0.1.0.part'), { recursive: true });
    await mkdir(path.join(folder, 'backups/2020-01-02T00-00-00-000Z_0.2.0'));
    await mkdir(path.join(folder, 'backups/2020-01-03T00-00-00-000Z_0.3.0'));
    await backUp(folder, '0.4.0');
    expect(await backups()).toEqual(['2020-01-03T00-00-00-000Z_0.3.0', expect.stringMatching(/_0\.4\.0$/)]);
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'keeps the owner, so that the copy can be put in place (needs root)',
    async () => {
      await makeDatabase('rows');
      for (const part of ['postgres', 'postgres/base', 'postgres/base/1'])
        await chown(path.join(folder, part), 54321, 54322);
      const target = (await backUp(folder, '1.2.3')) as string;
      expect(await stat(path.join(target, 'postgres/base/1'))).toMatchObject({ uid: 54321, gid: 54322 });
      expect(await stat(path.join(target, 'postgres'))).toMatchObject({ uid: 54321, gid: 54322 });
      expect((await stat(path.join(target, 'temporal.db'))).uid).toBe(0);
    },
  );
});
