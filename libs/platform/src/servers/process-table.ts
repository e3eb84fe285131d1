import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Names one process for good: a pid alone may be given to another process later. `startedAt` is what the system says,
 * in its own unit; only equality means something.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** The identity and command line of a process that runs; `undefined` when there is none, or only its remains. */
export async function findProcess(pid: number): Promise<(ProcessIdentity & { readonly command: string }) | undefined> {
  if (process.platform === 'linux') return findInProc(pid);
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=,command=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    const match = /^\s*(\S+)\s+(\w+ \w+\s+\d+ [\d:]+ \d+)\s+(\S.*)$/s.exec(stdout);
    return match && !match[1]?.startsWith('Z') ? { pid, startedAt: match[2]!, command: match[3]!.trim() } : undefined;
  } catch {
    return undefined; // ps exits with 1 when there is no such process
  }
}

async function findInProc(pid: number) {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    // The name in brackets may hold anything; the fields after it are fixed: state first, start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, startedAt: fields[19] ?? '', command: command.replaceAll('\0', ' ').trim() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await findProcess(process.pid);
  return { pid: process.pid, startedAt: own?.startedAt ?? '' };
}

/** Does the very process still run that had this identity when it was recorded? */
export async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  const found = await findProcess(identity.pid);
  return found !== undefined && found.startedAt === identity.startedAt;
}

/**
 * Ends a process that need not be a child of ours: `signal`, and SIGKILL when it is still there after `patienceMs`.
 * Returns when it is gone; true when it ended without SIGKILL.
 */
export async function endProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<boolean> {
  if (!(await isSameProcess(identity))) return true;
  send(identity.pid, signal);
  if (await isGone(identity, patienceMs)) return true;
  send(identity.pid, 'SIGKILL');
  if (await isGone(identity, 10_000)) return false;
  throw new Error(`Process ${identity.pid} does not end, even when killed.`);
}

async function isGone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (await isSameProcess(identity)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
