import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { limits } from './sandbox.js';

/** A running interpreter process. */
export type PythonProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** The scripts of the child, which run outside the bundle. */
export const childScripts = ['./python-child.mjs', './python-prelude.mjs'].map((name) =>
  realpathSync(fileURLToPath(new URL(name, import.meta.url))),
);

// What the kernel enforces, whatever happens inside: no core dumps, no written files, processor time for the longest
// execution, and writable memory. Of the latter a fresh interpreter reserves 0.8 GB without using it, hence the room.
// A system that has tighter limits already, or lacks one, keeps its own.
const rlimits = `
for limit in '-c 0' '-f 0' '-t 7200' '-d 2097152'; do ulimit $limit 2>/dev/null; done
exec "$@"
`;

const CLOSE_ON_EXEC = 0o2000000;
/** Input, output and errors. */
const OWN_FILES = 3;
/** What stands in a child in place of inherited files. */
const empty = openSync('/dev/null', 'r');
const inherited = Array<number>(endOfInherited() - OWN_FILES).fill(empty);

export interface PythonProcessOptions {
  readonly pyodideDir: string;
  readonly snapshotFile: string | undefined;
  readonly makesSnapshot: boolean;
  /** Command and arguments that put the process behind one more fence; empty where there is none. */
  readonly fence: readonly string[];
}

/**
 * Starts an interpreter without environment, files, network, processes and threads. It gets its input from the pipe
 * alone and ends when the pipe closes.
 */
export function spawnPython({ fence, ...options }: PythonProcessOptions): PythonProcess {
  const { snapshotFile, pyodideDir } = options;
  const readable = [pyodideDir, ...childScripts, ...(snapshotFile ? [snapshotFile] : [])];
  const childLimits = { ...limits, memoryMiB: limits.memoryMiB.python3, messageLength: 16_000 };
  return spawn(
    '/bin/sh',
    [
      ...['-c', rlimits, 'python-sandbox', ...fence, process.execPath],
      '--permission',
      ...readable.map((file) => `--allow-fs-read=${file}`),
      ...['--disallow-code-generation-from-strings', '--disable-proto=delete', '--no-addons', '--disable-sigusr1'],
      ...['--max-old-space-size=256', '--no-warnings'],
      childScripts[0]!,
      JSON.stringify({ ...options, limits: childLimits }),
    ],
    { stdio: ['pipe', 'pipe', 'pipe', ...inherited], env: {}, cwd: '/' },
  ) as PythonProcess;
}

/**
 * The number after that of the last file that whoever started this process left open in it, and that every child would
 * get. None is known where the system does not tell.
 */
function endOfInherited(): number {
  const folder = '/proc/self/fdinfo';
  const isInherited = (fd: string) => {
    try {
      const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(path.join(folder, fd), 'utf8')) ?? [];
      return (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
    } catch {
      return false; // it was that of the list itself
    }
  };
  const all = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(OWN_FILES, ...all.filter(isInherited).map((fd) => Number(fd) + 1));
}

/**
 * Finds out whether the kernel lets us give a process a network of its own, with nothing in it. Containers and some
 * systems do not allow it; then only the process's own fences keep the network away.
 * @param pyodideDir  must stay readable behind the fence
 */
export async function findNetworkFence(pyodideDir: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const fence = ['/usr/bin/unshare', '--user', '--net', '--'];
  const check = 'require("fs").accessSync(process.argv[1])';
  const [command, ...args] = [...fence, process.execPath, '-e', check, path.join(pyodideDir, 'pyodide.asm.wasm')];
  try {
    await promisify(execFile)(command!, args, { env: {}, cwd: '/', timeout: 10_000 });
    return fence;
  } catch {
    return []; // it is reported in the health answer
  }
}
