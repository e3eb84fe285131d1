import { defineErrors } from '@tenon/base';
import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcess, ownIdentity, type ProcessIdentity } from './process-table.js';

/** Somebody else has the lock; `details.pid` says who. */
export const lockErrors = defineErrors('lock', { held: 'conflict' });

/** A lock or a mark that this process holds until it releases it or ends. */
export interface HeldLock {
  release(): Promise<void>;
}

const PATIENCE_MS = 400;

/**
 * Takes the lock that `file` stands for, across processes. Each contender puts up a file of its own, `<file>.<pid>-<start
 * time>-…`, and only then looks for those of others: whoever sees another one that lives withdraws. So never do two hold
 * it; of several who come at the same moment each tries again after a random while. A file whose process is gone (killed,
 * power cut) does not count, nor does one whose pid belongs to another process now.
 * @throws lock.held after 0.4 s
 */
export async function takeLock(file: string): Promise<HeldLock> {
  const deadline = Date.now() + PATIENCE_MS;
  const own = await nameOwn(file);
  for (;;) {
    await writeFile(own, '', { flag: 'wx' });
    const other = await findOther(file, own);
    if (other === undefined) return { release: () => rm(own, { force: true }) };
    await rm(own);
    if (Date.now() > deadline)
      throw lockErrors.held(`${file} is held by process ${other}.`, { details: { pid: other } });
    await delay(5 + Math.random() * 45);
  }
}

/** Says at `file` that this process is there, beside any number of others; `findLockHolder` finds one that still lives. */
export async function putMark(file: string): Promise<HeldLock> {
  const own = await nameOwn(file);
  await writeFile(own, '', { flag: 'wx' });
  return { release: () => rm(own, { force: true }) };
}

async function nameOwn(file: string): Promise<string> {
  return `${file}.${tagOf(await ownIdentity())}-${randomBytes(4).toString('hex')}`;
}

/** The pid of whoever holds the lock, or has a mark there, at this moment; undefined for nobody, also without its folder. */
export async function findLockHolder(file: string): Promise<number | undefined> {
  try {
    return await findOther(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The pid of another contender that lives; removes what dead ones left. */
async function findOther(file: string, own?: string): Promise<number | undefined> {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.`;
  for (const name of await readdir(folder)) {
    const candidate = path.join(folder, name);
    const [, pid] = /^(\d+)-\w+-[0-9a-f]{8}$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
    if (pid === undefined || candidate === own) continue;
    const holder = await findProcess(Number(pid));
    if (holder && name.startsWith(`${prefix}${tagOf(holder)}-`)) return Number(pid);
    await rm(candidate, { force: true });
  }
  return undefined;
}

// The start time is a number on Linux and a date with blanks elsewhere.
function tagOf({ pid, startedAt }: ProcessIdentity): string {
  return `${pid}-${startedAt.replaceAll(/\W/g, '_')}`;
}
