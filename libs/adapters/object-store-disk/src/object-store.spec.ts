import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDiskObjectStore } from './index.js';
import { toObjectError } from './object-store.js';

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
/** A small disk is a file system in memory. */
const itOnSmallDisk = (name: string, test: () => Promise<void>) =>
  mayMount ? it(name, test, 30_000) : it.skip(`${name} (only root may mount a small disk)`, test);

describe('disk object store', () => {
  let folder: string;
  const text = (value: string) => new TextEncoder().encode(value);
  const run = promisify(execFile);
  const HOUR_MS = 3_600_000;
  const age = async (file: string) => utimes(file, ...yesterday());
  const yesterday = (): [number, number] => [Date.now() / 1000 - 86_400, Date.now() / 1000 - 86_400];

  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'tenon-objects-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps objects for another process, for its owner alone', async () => {
    await createDiskObjectStore(folder).put('runs/1/value', text('kept'), 'text/plain');
    expect(Buffer.from(await createDiskObjectStore(folder).get('runs/1/value')).toString()).toBe('kept');
    expect((await stat(join(folder, 'runs/1/value~'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'runs'))).mode & 0o777).toBe(0o700);
  });

  it('leaves no folders behind when the last object is removed', async () => {
    const store = createDiskObjectStore(folder);
    await store.put('runs/1/value', text('x'), 'text/plain');
    await store.put('runs/2', text('x'), 'text/plain');
    await store.remove('runs/1/value');
    expect(await readdir(join(folder, 'runs'))).toEqual(['2~']);
  });

  it('does not list unfinished writes and files that are not its own', async () => {
    const store = createDiskObjectStore(folder);
    await store.put('a', text('x'), 'text/plain');
    await writeFile(join(folder, 'README'), 'not an object');
    await writeFile(join(folder, 'unfinished~/123'), 'half');
    expect(await store.list('')).toEqual(['a']);
  });

  it('removes what a process that died left unfinished, not what is being written', async () => {
    const unfinished = join(folder, 'unfinished~');
    await mkdir(unfinished);
    for (const name of ['old', 'new']) await writeFile(join(unfinished, name), 'half');
    await age(join(unfinished, 'old'));
    expect(await createDiskObjectStore(folder).removeUnfinished(HOUR_MS)).toBe(1);
    expect(await readdir(unfinished)).toEqual(['new']);
  });

  it('removes what is old, and not what was renewed', async () => {
    const store = createDiskObjectStore(folder);
    for (const key of ['values/old', 'values/renewed']) {
      await store.put(key, text('x'), 'text/plain');
      await age(join(folder, `${key}~`));
    }
    expect(await store.renew('values/renewed')).toBe(true);
    expect(await store.removeUnused('values/old', HOUR_MS)).toBe(true);
    expect(await store.removeUnused('values/renewed', HOUR_MS)).toBe(false);
    expect([await store.list(''), await readdir(folder)]).toEqual([['values/renewed'], ['unfinished~', 'values']]);
  });

  it('never removes what is renewed or written anew while it is removed', async () => {
    const store = createDiskObjectStore(folder);
    const file = join(folder, 'a~');
    for (let round = 0; round < 60; round++) {
      await store.put('a', text('x'), 'text/plain');
      await age(file);
      const need = async () => (await store.renew('a')) || (await store.put('a', text('x'), 'text/plain'));
      await Promise.all([store.removeUnused('a', HOUR_MS), need()]);
      expect([round, await store.has('a')]).toEqual([round, true]);
    }
    expect(await readdir(folder)).toEqual(['a~', 'unfinished~']);
  }, 30_000);

  it('reads what is being removed, and puts back what a removal that was cut off left', async () => {
    const store = createDiskObjectStore(folder);
    await mkdir(join(folder, 'leaving~/values'), { recursive: true });
    await writeFile(join(folder, 'leaving~/values/a~'), 'kept');
    expect(Buffer.from(await store.get('values/a')).toString()).toBe('kept');
    await store.removeUnfinished(HOUR_MS);
    expect(await store.list('')).toEqual(['values/a']);
  });

  it('B1 fails while its folder is away, does not make another, and goes on when it is back', async () => {
    const home = join(folder, 'objects');
    const store = createDiskObjectStore(home);
    await store.put('a', text('x'), 'text/plain');
    await rename(home, join(folder, 'away'));
    const away = { code: 'object.unavailable', kind: 'unavailable' };
    await expect(store.put('b', text('x'), 'text/plain')).rejects.toMatchObject(away);
    await expect(store.get('a')).rejects.toMatchObject(away);
    expect(await readdir(folder)).toEqual(['away']);
    await rename(join(folder, 'away'), home);
    await store.put('b', text('x'), 'text/plain');
    expect(await store.list('')).toEqual(['a', 'b']);
    // somebody empties it
    await rm(home, { recursive: true });
    await mkdir(home);
    await store.put('c', text('x'), 'text/plain');
    expect(await store.list('')).toEqual(['c']);
  });

  it('B1 gives up on a disk that does not answer, and goes on when it does', async () => {
    const store = createDiskObjectStore(folder, { limitMs: 200 });
    // reading from a pipe waits until somebody writes to it
    await run('mkfifo', [join(folder, 'slow~')]);
    await expect(store.get('slow')).rejects.toMatchObject({
      code: 'object.unavailable',
      message: expect.stringContaining('ETIMEDOUT'),
    });
    await writeFile(join(folder, 'slow~'), 'at last');
    await store.put('quick', text('x'), 'text/plain');
    expect(Buffer.from(await store.get('quick')).toString()).toBe('x');
  });

  itOnSmallDisk('B1 B82 tells a disk without room or names from others, and goes on when there is some', async () => {
    for (const [options, more] of [
      ['size=256k', 'size=8m'],
      ['size=8m,nr_inodes=12', 'size=8m,nr_inodes=100'],
    ] as const) {
      const disk = join(folder, more);
      await mkdir(disk);
      await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]);
      try {
        const store = createDiskObjectStore(join(disk, 'objects'));
        const put = (index: number) => store.put(`values/${index}`, new Uint8Array(60_000), 'text/plain');
        let stored = 0;
        const failure = await (async () => {
          for (; stored < 50; stored++) await put(stored);
        })().catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: 'object.full', message: expect.stringContaining('is full') });
        expect(stored).toBeGreaterThan(0);
        expect(await store.list('')).toHaveLength(stored);
        expect(await readdir(join(disk, 'objects/unfinished~'))).toEqual([]);
        await run('mount', ['-o', `remount,${more}`, disk]);
        await put(stored);
        await run('mount', ['-o', 'remount,ro', disk]);
        await expect(put(stored + 1)).rejects.toMatchObject({ code: 'object.unavailable' });
        expect(await store.list('')).toHaveLength(stored + 1);
        await run('mount', ['-o', 'remount,rw', disk]);
        await put(stored + 1);
      } finally {
        await run('umount', [disk]);
      }
    }
  });

  it('stores all or nothing when a file cannot grow, and says so', async () => {
    const source = join(folder, 'fill.ts');
    const script = join(folder, 'fill.mjs');
    await writeFile(
      source,
      `import { createDiskObjectStore } from ${JSON.stringify(join(__dirname, 'index.ts'))};
      const store = createDiskObjectStore(process.argv[2]);
      await store.put('big', new Uint8Array(2_000), 'text/plain');
      const error = await store.put('big', new Uint8Array(100_000), 'text/plain').catch((error) => error);
      process.stdout.write(JSON.stringify([error.code, (await store.get('big')).length]));`,
    );
    const flags = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${script}`];
    await run(require.resolve('esbuild/bin/esbuild'), [source, ...flags]);
    // 16 blocks are at most 16 KiB a file
    const command = 'ulimit -f 16; exec "$0" "$1" "$2"';
    const { stdout } = await run('sh', ['-c', command, process.execPath, script, join(folder, 'objects')]);
    expect(JSON.parse(stdout)).toEqual(['object.full', 2_000]);
    expect(await readdir(join(folder, 'objects'), { recursive: true })).toEqual(['big~', 'unfinished~']);
  });

  it('tells a full disk from one that cannot be used', async () => {
    const full = await open('/dev/full', 'w');
    const error: unknown = await full.writeFile('x').catch((failure: unknown) => failure);
    await full.close();
    expect(toObjectError('k', error)).toMatchObject({
      code: 'object.full',
      kind: 'unavailable',
      details: { key: 'k' },
    });
    await writeFile(join(folder, 'blocked'), 'a file where a folder should be');
    const store = createDiskObjectStore(join(folder, 'blocked'));
    await expect(store.put('a', text('x'), 'text/plain')).rejects.toMatchObject({ code: 'object.unavailable' });
  });
});
