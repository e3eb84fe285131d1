import { readdirSync, readFileSync } from 'node:fs';

/** A process of this computer. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Processor time it has used, in the kernel's ticks of 10 ms. */
  readonly ticks: number;
}

/** The interpreters among the children of `parent`, the oldest first. */
export function listSandboxes(parent: number): readonly Process[] {
  return listProcesses().filter((one) => one.parent === parent && one.command.includes('python-child.mjs'));
}

/** Every living process, the oldest first; one that has ended and waits to be collected is not among them. */
export function listProcesses(): readonly Process[] {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const [state, parent, ticks, startedAt] = [fields[0], fields[1], fields[11], fields[19]];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const one = { pid: Number(name), parent: Number(parent), command, ticks: Number(ticks) };
        return state === 'Z' ? [] : [{ one, startedAt: Number(startedAt) }];
      } catch {
        return []; // it has just ended
      }
    });
  return found.toSorted((a, b) => a.startedAt - b.startedAt || a.one.pid - b.one.pid).map(({ one }) => one);
}

/** True while `pid` lives. */
export const isAlive = (pid: number): boolean => listProcesses().some((one) => one.pid === pid);

/**
 * Asks `find` again and again until it gives something true.
 * @throws Error after 20 s
 */
export async function waitUntil<T>(
  what: string,
  find: () => T,
): Promise<Exclude<Awaited<T>, false | 0 | null | undefined>> {
  for (const until = Date.now() + 20_000; ;) {
    const found = await find();
    if (found) return found as Exclude<Awaited<T>, false | 0 | null | undefined>;
    if (Date.now() > until) throw new Error(`It did not happen: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
