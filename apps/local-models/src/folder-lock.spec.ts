import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lockFolder } from './folder-lock.js';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenon-lock-'))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const lockFile = () => path.join(folder, '.lock');

it('lets the next one in when it is released', async () => {
  const first = await lockFolder(folder);
  let waited = 0;
  const second = lockFolder(folder, { onWait: () => void (waited++ === 0 && first.release()) });
  (await second).release();
  expect(waited).toBe(1);
  expect(fs.readdirSync(folder)).toEqual([]);
});

it('does not remove a lock that is another’s now', async () => {
  const lock = await lockFolder(folder);
  fs.writeFileSync(lockFile(), JSON.stringify({ pid: 1, startedAt: null }));
  lock.release();
  expect(fs.existsSync(lockFile())).toBe(true);
});

it('takes over from a process whose id another process has now', async () => {
  fs.writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, startedAt: 'before the last start' }));
  const lock = await lockFolder(folder, { onWait: () => expect('waiting').toBe('taking over') });
  lock.release();
});

it('waits for a process that lives', async () => {
  fs.writeFileSync(lockFile(), JSON.stringify({ pid: process.ppid, startedAt: null }));
  const stop = new AbortController();
  const waiting = lockFolder(folder, { signal: stop.signal, onWait: () => stop.abort(new Error('enough')) });
  await expect(waiting).rejects.toThrow('enough');
  expect(fs.existsSync(lockFile())).toBe(true);
});

it('waits while a lock is being written, and takes over one that stayed empty', async () => {
  fs.writeFileSync(lockFile(), '');
  const onWait = jest.fn(() => fs.utimesSync(lockFile(), new Date(0), new Date(0)));
  (await lockFolder(folder, { onWait })).release();
  expect(onWait).toHaveBeenCalledTimes(1);
});

it('is not held up by a takeover that was cut short', async () => {
  fs.writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, startedAt: 'before the last start' }));
  fs.writeFileSync(`${lockFile()}.takeover`, '');
  fs.utimesSync(`${lockFile()}.takeover`, new Date(0), new Date(0));
  (await lockFolder(folder)).release();
  expect(fs.readdirSync(folder)).toEqual([]);
});
