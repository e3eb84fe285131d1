import { endProcess, findProcess, type ProcessExit } from '@tenon/platform/servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { launcherErrors } from './errors.js';
import { answers } from './probe.js';
import { describeExit, type Running } from './running.js';

/** A Node program of Tenon and how it is run. */
export interface NodeCommand {
  readonly name: string;
  /** The built file. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ceiling of its heap, so that one process cannot starve the others. */
  readonly heapMb: number;
  readonly readyWithinMs: number;
  /** How long it may take to end when asked. */
  readonly stopWithinMs: number;
  /** Where it answers as long as it does not hang. */
  readonly probeUrl?: string;
}

/** A Node program that said it is ready, with what it said. */
export interface NodeProcess extends Running {
  readonly details: Readonly<Record<string, unknown>>;
}

/** What a start may be given. */
export interface NodeStart {
  readonly onLine?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

const KEPT_LINES = 60;

/**
 * Starts a Node program with an IPC channel and waits for its `ready` message. It runs in a session of its own, so that a
 * Ctrl-C in the terminal does not reach it, and ends by itself when the channel closes because this process is gone.
 * @throws launcher.notBuilt, launcher.notReady, launcher.interrupted
 */
export async function startNodeProcess(command: NodeCommand, { onLine, signal }: NodeStart = {}): Promise<NodeProcess> {
  const { name, file, env, heapMb, stopWithinMs, probeUrl } = command;
  if (!existsSync(file))
    throw launcherErrors.notBuilt(`${name} is not built (${file} is missing): run "npm run build".`);
  const child = spawn(process.execPath, ['--enable-source-maps', `--max-old-space-size=${heapMb}`, file], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines = keepLines(child, onLine);
  let failureCode: string | undefined;
  // listened to from the start: what comes while nobody listens for it is lost
  const ready = new Promise<Record<string, unknown>>((resolve) => {
    child.on('message', (message: { type?: unknown; code?: unknown }) => {
      if (message?.type === 'failed' && typeof message.code === 'string') failureCode = message.code;
      if (message?.type === 'ready') resolve(message);
    });
  });
  const exited = new Promise<ProcessExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const pid = child.pid as number;
  const identity = { pid, startedAt: (await findProcess(pid))?.startedAt ?? '' };
  const running: Running = {
    ...identity,
    exited,
    stop: async () => {
      await endProcess(identity, 'SIGTERM', stopWithinMs);
      await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    lastLines: () => lines.join('\n'),
    failureCode: () => failureCode,
    ...(probeUrl !== undefined && { answers: (within: AbortSignal) => answers(probeUrl, within) }),
  };
  try {
    return { ...running, details: await waitForReady(ready, running, command, signal) };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function keepLines(child: ChildProcess, onLine: NodeStart['onLine']): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }
  return lines;
}

async function waitForReady(
  ready: Promise<Readonly<Record<string, unknown>>>,
  running: Running,
  { name, readyWithinMs }: NodeCommand,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const over = new AbortController();
  try {
    return await Promise.race([
      ready,
      running.exited.then(async (exit) => {
        // The last lines may arrive after the end of the process.
        await new Promise((resolve) => setTimeout(resolve, 50));
        const reason = reasonOf(running.lastLines()) || `it ${describeExit(exit)} and printed nothing`;
        const causeCode = running.failureCode?.();
        const details = { lines: running.lastLines(), ...(causeCode !== undefined && { causeCode }) };
        throw launcherErrors.notReady(`${name} did not start: ${reason}`, { details });
      }),
      rejectAfter(readyWithinMs, over.signal, () =>
        launcherErrors.notReady(`${name} did not become ready within ${Math.round(readyWithinMs / 1000)} s.`),
      ),
      rejectOnAbort(signal, over.signal, () => launcherErrors.interrupted(`${name} was told to end while it started.`)),
    ]);
  } finally {
    over.abort();
  }
}

/** The sentence of an error of ours that nobody caught; else everything that was printed. */
function reasonOf(lines: string): string {
  return /^TenonError: (.+)$/m.exec(lines)?.[1] ?? lines;
}

function rejectAfter(ms: number, over: AbortSignal, error: () => Error): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(error()), ms);
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

function rejectOnAbort(signal: AbortSignal | undefined, over: AbortSignal, error: () => Error): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(error());
    signal?.addEventListener('abort', () => reject(error()), { once: true, signal: over });
  });
}
