import { readdirSync, readFileSync } from 'node:fs';

/** Length of a tick of the process table, in milliseconds: Linux shows hundredths of a second everywhere. */
const TICK_MS = 10;

interface Entry {
  readonly parent: number;
  readonly ticks: number;
}

/** Processor time that these processes and all their descendants have used so far, in milliseconds. */
export function cpuMsOf(roots: readonly number[]): number {
  const table = readTable();
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of table) children.set(parent, [...(children.get(parent) ?? []), pid]);
  let ticks = 0;
  const waiting = [...roots];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    ticks += table.get(pid)?.ticks ?? 0;
    waiting.push(...(children.get(pid) ?? []));
  }
  return ticks * TICK_MS;
}

function readTable(): Map<number, Entry> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid) => {
      const entry = readEntry(pid);
      return entry ? [[Number(pid), entry] as const] : [];
    }),
  );
}

/** User and system time, of the process and of those of its children that have ended. */
function readEntry(pid: string): Entry | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in brackets may hold anything; after it come the state, the parent, and from the twelfth on the times
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const times = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ticks: times.reduce((sum, time) => sum + time, 0) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined; // it has ended meanwhile
    throw error;
  }
}
