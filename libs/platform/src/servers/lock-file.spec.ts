import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findLockHolder, putMark, takeLock } from './lock-file.js';

const root = path.resolve(__dirname, '../../../..');
let folder: string;
let file: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-lock-'));
  file = path.join(folder, 'lock');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** Another process that tries to take the lock and stays; it answers `true` or the error code. */
async function rival(): Promise<{ child: ChildProcess; answer: unknown }> {
  const script = path.join(folder, `rival-${children.length}.mjs`);
  await writeFile(
    script,
    `import { takeLock } from ${JSON.stringify(path.join(__dirname, 'lock-file.ts'))};
     takeLock(${JSON.stringify(file)}).then(() => process.send(true), (error) => process.send(error.code));
     setInterval(() => {}, 1000);`,
  );
  const child = fork(script, { execArgv: ['--import', path.join(root, 'tools/build/source.mjs')], cwd: root });
  children.push(child);
  const [answer] = (await once(child, 'message')) as [unknown];
  return { child, answer };
}

describe('takeLock', () => {
  it('lets nobody else in until it is released', async () => {
    const lock = await takeLock(file);
    expect((await rival()).answer).toBe('lock.held');
    await expect(takeLock(file)).rejects.toMatchObject({ code: 'lock.held', details: { pid: process.pid } });
    await lock.release();
    expect((await rival()).answer).toBe(true);
  });

  it('takes over from a process that was killed', async () => {
    const { child } = await rival();
    await expect(takeLock(file)).rejects.toMatchObject({ details: { pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(takeLock(file)).resolves.toBeDefined();
  });

  it('takes over when the pid of the holder belongs to another process now', async () => {
    await writeFile(`${file}.${process.pid}-12345-0123abcd`, '');
    await takeLock(file);
    expect(await readdir(folder)).toEqual([expect.stringMatching(`^lock.${process.pid}-`)]);
  });

  it('goes to exactly one of many who find a stale lock at the same moment', async () => {
    await writeFile(`${file}.${process.pid}-12345-0123abcd`, '');
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(file)));
    expect(tries.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    expect(await readdir(folder)).toHaveLength(tries.filter(({ status }) => status === 'fulfilled').length);
  });

  it('goes to one of two who come at the same moment', async () => {
    const tries = await Promise.allSettled([takeLock(file), takeLock(file)]);
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('does not take files for locks that only begin with its name', async () => {
    await writeFile(`${file}.notes`, '');
    await takeLock(file);
    expect(await readdir(folder)).toContain('lock.notes');
  });
});

describe('findLockHolder', () => {
  it('names who holds the lock, and nobody before and after', async () => {
    expect(await findLockHolder(file)).toBeUndefined();
    const lock = await takeLock(file);
    expect(await findLockHolder(file)).toBe(process.pid);
    await lock.release();
    expect(await findLockHolder(file)).toBeUndefined();
  });

  it('finds nobody where the folder is not there', async () => {
    expect(await findLockHolder(path.join(folder, 'no', 'lock'))).toBeUndefined();
    await writeFile(path.join(folder, 'file'), '');
    expect(await findLockHolder(path.join(folder, 'file', 'lock'))).toBeUndefined();
  });
});

describe('putMark', () => {
  it('stands beside others, and is found until the last one is taken away', async () => {
    const marks = [await putMark(file), await putMark(file)];
    for (const mark of marks) {
      expect(await findLockHolder(file)).toBe(process.pid);
      await mark.release();
    }
    expect(await findLockHolder(file)).toBeUndefined();
  });
});
