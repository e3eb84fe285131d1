/**
 * One holder per folder, across processes of this computer.
 *
 * L1 `.lock` is made exclusively and names its holder, so at most one process holds the folder.
 * L2 A lock whose process is gone is taken over; a process that got the same id later does not count as the holder.
 * L3 Only who holds `.lock.takeover` removes a stale lock, and looks at it again first: two processes that both saw it
 *    stale cannot remove each other's.
 */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A held lock. `release` may be called more than once. */
export interface FolderLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** When the process started, as the system counts; null where it does not tell. */
  readonly startedAt: string | null;
}

export interface FolderLockOptions {
  readonly signal?: AbortSignal;
  /** Called whenever the lock was found held, before waiting; about twice a second. */
  readonly onWait?: () => void;
}

const POLL_MS = 500;
/** Taking over is a few system calls; a takeover that has lasted this long was cut short. */
const TAKEOVER_MAX_AGE_MS = 30_000;

/** Waits until no living process holds `folder`, then holds it. Rejects with the signal's reason when aborted. */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<FolderLock> {
  const file = path.join(folder, '.lock');
  for (;;) {
    options.signal?.throwIfAborted();
    if (createExclusively(file, JSON.stringify(self()))) return { release: () => removeOwn(file) };
    if (isStale(file)) takeOver(file);
    else {
      options.onWait?.();
      await delay(POLL_MS, undefined, options.signal ? { signal: options.signal } : {}).catch((error: unknown) => {
        options.signal?.throwIfAborted();
        throw error;
      });
    }
  }
}

function self(): Holder {
  return { pid: process.pid, startedAt: startOf(process.pid) };
}

function takeOver(file: string): void {
  const guard = `${file}.takeover`;
  if (!createExclusively(guard, '')) {
    const madeAt = fs.statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (madeAt !== undefined && Date.now() - madeAt > TAKEOVER_MAX_AGE_MS) fs.rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(file)) fs.rmSync(file, { force: true });
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

/** Is the lock there, and its process gone? A lock without content is one being written, unless it stays so. */
function isStale(file: string): boolean {
  const holder = readHolder(file);
  if (holder === 'absent') return false;
  if (holder === 'unreadable') {
    const madeAt = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return madeAt !== undefined && Date.now() - madeAt > TAKEOVER_MAX_AGE_MS;
  }
  if (!isAlive(holder.pid)) return true;
  return holder.startedAt !== null && startOf(holder.pid) !== holder.startedAt;
}

function readHolder(file: string): Holder | 'absent' | 'unreadable' {
  try {
    const holder = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Holder> | null;
    if (typeof holder?.pid !== 'number') return 'unreadable';
    return { pid: holder.pid, startedAt: holder.startedAt ?? null };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable';
  }
}

function removeOwn(file: string): void {
  const holder = readHolder(file);
  if (typeof holder === 'object' && holder.pid === process.pid) fs.rmSync(file, { force: true });
}

function createExclusively(file: string, content: string): boolean {
  try {
    fs.writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Start of a process in clock ticks since the computer's, from `/proc`; null elsewhere or when it is gone. */
function startOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything; field 22 is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
