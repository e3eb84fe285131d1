import { isTenonError } from '@tenon/base';
import { describeError, redactText } from './redact.js';

/**
 * How a process of Tenon tells its parent that it serves, and how it ends.
 *
 * The launcher starts every process with an IPC channel. `{ type: 'ready', … }` on it means: serving. When the channel
 * closes, the parent is gone and the process ends by itself, so that a killed launcher leaves nothing behind.
 */

/** What the launcher receives of a process that cannot serve, or go on: the code of the error. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly code: string;
}

/** What the launcher receives when a process serves; `details` are the process's own, such as its address. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly [detail: string]: unknown;
}

/** Says that this process serves: to the parent when there is one, else as one line of JSON on standard output. */
export function announceReady(details: object): void {
  const message: ReadyMessage = { ...details, type: 'ready' };
  if (process.send) process.send(message);
  else process.stdout.write(`${JSON.stringify(message)}\n`);
}

type Cleanup = () => Promise<void>;

const cleanups: Cleanup[] = [];
let isListening = false;
let isEnding = false;

/**
 * Runs `cleanup` once when the process is told to end: SIGTERM, SIGINT, or a parent that is gone. Several cleanups run
 * one after the other, the latest registered first. Afterwards the process exits, with 0, or with 1 when a cleanup
 * threw (its error is printed). A second signal exits at once with 1.
 */
export function onShutdown(cleanup: Cleanup): void {
  cleanups.push(cleanup);
  if (isListening) return;
  isListening = true;
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // The parent's end may follow its signal closely: it must not count as the second signal.
  process.on('disconnect', () => void (isEnding || end()));
}

function end(): void {
  if (isEnding) process.exit(1);
  isEnding = true;
  void runCleanups().then((code) => process.exit(code));
}

async function runCleanups(): Promise<number> {
  let code = 0;
  for (const cleanup of cleanups.toReversed()) {
    try {
      await cleanup();
    } catch (error) {
      process.stderr.write(`${describeError(error)}\n`);
      code = 1;
    }
  }
  return code;
}

/**
 * Runs what a process is for. What ends it is one sentence for the person who started it, or the stack of a bug, on
 * standard error; the exit code is then 1, and the parent is given the code of the error.
 */
export async function runProcess(work: () => Promise<void>): Promise<void> {
  // the system would print what was thrown as it is
  process.on('uncaughtException', endByBug);
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${isTenonError(error) ? redactText(error.message) : describeError(error)}\n`);
    if (isTenonError(error)) await tellParent({ type: 'failed', code: error.code });
    process.exit(1);
  }
}

function endByBug(error: unknown): void {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

/** Resolves when the parent has been told, or is gone. */
function tellParent(message: FailedMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
