import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endProcess, findProcess, type ProcessIdentity } from './process-table.js';

/** How a process ended: one of the two is null. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that is no program of ours, such as Postgres, as a child of this process. */
export interface ServerProcess extends ProcessIdentity {
  /** Fulfils when the process has ended, however it did. */
  readonly exited: Promise<ProcessExit>;
  /** The last lines it printed, for the reason of a failed start. */
  readonly lastLines: () => string;
  /** Asks it to end with its own signal and waits; kills it when it has not ended after ten seconds. */
  readonly stop: () => Promise<void>;
  /** Kills it without a chance to clean up and waits. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Lets this process end although the server runs; the guard ends the server then. */
  readonly unref: () => void;
}

/** What to start and how it is asked to end. */
export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run as this user, where this process may decide that. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly endSignal: NodeJS.Signals;
  readonly onLine?: (line: string) => void;
}

const KEPT_LINES = 20;

/**
 * Starts a server in a session of its own, so that a Ctrl-C in the terminal does not reach it: who started it ends it in
 * order. When this process disappears without doing so, a guard ends the server.
 * @throws the system's error when the file cannot be started
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { file, args, cwd, env, user, endSignal, onLine } = command;
  const child = spawn(file, args, { cwd, env, ...user, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid as number;
  const identity = { pid, startedAt: (await findProcess(pid))?.startedAt ?? '' };
  const guard = startGuard(pid, endSignal);
  void exited.then(() => guard.kill('SIGKILL'));
  return {
    ...identity,
    exited,
    lastLines: () => lines.join('\n'),
    stop: async () => {
      await endProcess(identity, endSignal, 10_000);
      await exited;
    },
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      if (signal === 'SIGKILL') await exited;
    },
    unref: () => {
      child.unref();
      for (const stream of [child.stdout, child.stderr]) unref(stream);
    },
  };
}

/**
 * A shell that waits for the end of our side of a pipe and then ends the process: with `signal`, and with SIGKILL ten
 * seconds later. A server that is not ours cannot watch the pipe itself.
 */
function startGuard(pid: number, signal: NodeJS.Signals): ChildProcess {
  const script = `while read -r _; do :; done; kill -s "$2" "$1" 2> /dev/null || exit 0
    i=0; while [ $i -lt 10 ] && kill -0 "$1" 2> /dev/null; do sleep 1; i=$((i+1)); done; kill -s KILL "$1" 2> /dev/null`;
  const guard = spawn('/bin/sh', ['-c', script, 'tenon-guard', String(pid), signal.slice(3)], {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, // for sleep, whatever our own PATH is
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  // The pipe alone must not keep this process alive.
  unref(guard.stdin);
  return guard;
}

// Pipes to children are sockets; the typings do not say so.
function unref(stream: unknown): void {
  (stream as { unref: () => void }).unref();
}
