import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PATIENCE_MS = 10_000;
const KEPT_CHARACTERS = 20_000;

/** A Node program that serves. */
export interface NodeProcess {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** SIGTERM, and SIGKILL when it is still there ten seconds later. */
  stop(): Promise<void>;
}

/**
 * Starts a program with an IPC channel and waits for its first message. The program ends with the channel, so it
 * outlives nobody.
 * @throws Error with what it printed when it ends before
 */
export async function startNodeProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<NodeProcess> {
  // a session of its own, so that a Ctrl-C in the terminal reaches the bench alone, which ends it in order
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
  let output = '';
  const keep = (text: Buffer) => void (output = (output + text.toString()).slice(-KEPT_CHARACTERS));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as Record<string, unknown>),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${args.at(-1)} ended with ${code} before it served:\n${output}`);
    }),
  ]);
  return { pid: child.pid as number, ready, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exited;
  clearTimeout(timer);
}
