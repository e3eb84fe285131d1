import { defineErrors } from '@tenon/base';
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isSameProcess, ownIdentity, type ProcessIdentity } from './process-table.js';

/** Somebody else has the lock; `details.pid` says who. */
export const lockErrors = defineErrors('lock', { held: 'conflict' });

/** A lock that this process holds until it releases it or ends. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * Takes the lock that `file` stands for. The file names its holder by pid and start time, so a lock whose holder is gone
 * (killed, power cut) is taken over, and another process that got the same pid is not mistaken for it.
 * @throws lock.held
 */
export async function takeLock(file: string): Promise<HeldLock> {
  const own = await ownIdentity();
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, JSON.stringify(own), { flag: 'wx' });
  try {
    // A link comes into being whole or not at all, for one of several who try.
    while (!(await linked(draft, file))) await clearStale(file);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    release: async () => {
      const holder = await readHolder(file);
      if (holder?.pid === own.pid && holder.startedAt === own.startedAt) await rm(file, { force: true });
    },
  };
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function clearStale(file: string): Promise<void> {
  const holder = await readHolder(file);
  if (!holder) return;
  if (await isSameProcess(holder)) {
    throw lockErrors.held(`${file} is held by process ${holder.pid}.`, { details: { pid: holder.pid } });
  }
  // Another process may have cleared the stale lock and taken it in this moment: move it aside, look again, give it back.
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && (await isSameProcess(moved))) await linked(aside, file);
  await rm(aside, { force: true });
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { pid: 0, startedAt: '' }; // a torn file after a power cut holds nothing
    throw error;
  }
}
