import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Of the system's clock for processor time. */
const TICK_MS = 10;

/** A process as the system lists it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** All processes of this machine; from /proc. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map(readEntry));
  return entries.filter((entry) => entry !== undefined);
}

/** A process and all below it. */
export async function listTree(root: number): Promise<number[]> {
  const byParent = Map.groupBy(await listProcesses(), ({ parent }) => parent);
  const below = (pid: number): number[] => [pid, ...(byParent.get(pid) ?? []).flatMap((entry) => below(entry.pid))];
  return below(root);
}

/** Sends a signal to a process and all below it; those that have ended meanwhile are left out. */
export async function signalTree(root: number, signal: NodeJS.Signals): Promise<void> {
  for (const pid of await listTree(root)) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Processor time that a process and all below it have used, in milliseconds. */
async function cpuMs(root: number): Promise<number> {
  const stats = await Promise.all(
    (await listTree(root)).map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  const ticks = stats.map((stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  return ticks.reduce((sum, one) => sum + one, 0) * TICK_MS;
}

/** Processor time that a process and all below it use while `windowMs` go by, in milliseconds. */
export async function usedWithin(root: number, windowMs: number): Promise<number> {
  const before = await cpuMs(root);
  await delay(windowMs);
  return (await cpuMs(root)) - before;
}

/** Connections that a process holds, and a few more things that are sockets too. */
export async function countSockets(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => 'closed meanwhile')),
  );
  return links.filter((link) => link.startsWith('socket:')).length;
}

async function readEntry(name: string): Promise<ProcessEntry | undefined> {
  try {
    const [stat, command] = await Promise.all([
      readFile(`/proc/${name}/stat`, 'utf8'),
      readFile(`/proc/${name}/cmdline`, 'utf8'),
    ]);
    // the name in brackets may hold anything: state and parent are the first fields behind it
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    return { pid: Number(name), parent: Number(parent), command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
