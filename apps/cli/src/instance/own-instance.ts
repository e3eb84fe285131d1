import type { Config } from '@tenon/platform';
import { findFreePort, findLockHolder, marksOf } from '@tenon/platform/processes';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from '../api/client.js';
import { cliErrors } from '../errors.js';

/** An instance that this command has started. */
export interface OwnInstance extends Target {
  /** The sign-in of the owner who was made by this start; it is shown only once. */
  readonly firstSignIn?: { readonly email: string; readonly password: string };
  /** Aborted when it ends without being told to. */
  readonly ended: AbortSignal;
  /** Does another command use it as well? */
  isShared(): Promise<boolean>;
  /** Waits until it has ended in order, unless another command uses it by now: then it goes on, and the answer is true. */
  leave(): Promise<boolean>;
}

const STOP_MS = 90_000;
const POLL_MS = 250;
const KEPT_LINES = 40;

/** Beside the built command line lie the other programs. */
const LAUNCHER = path.resolve(import.meta.dirname, '../launcher/main.js');

/**
 * Starts the launcher on the data folder, on loopback and a free port, and waits until it serves. It runs in a session of
 * its own, so that a Ctrl-C does not reach it. When this process leaves it, or is killed, it ends by itself with the last
 * command that has joined it.
 * @param show  is given what it does at the moment
 * @throws cli.notStarted, cli.startedElsewhere, or the reason of `signal`
 */
export async function startOwnInstance(
  { data }: Pick<Config, 'data'>,
  signal: AbortSignal,
  show: (state: string) => void,
): Promise<OwnInstance> {
  if (!existsSync(LAUNCHER))
    throw cliErrors.notStarted(`Tenon is not built (${LAUNCHER} is missing): run "npm run build".`);
  const child = spawn(process.execPath, ['--enable-source-maps', LAUNCHER, '--for-commands'], {
    env: await launcherEnvironment(data.folder),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = keepLines(child, show);
  const isShared = async () => (await findLockHolder(marksOf(data.folder).command)) !== undefined;
  const leave = createLeave(child, exited, isShared);
  try {
    const ready = await waitForReady(child, exited, lines, signal);
    const ended = new AbortController();
    const lost = () => ended.abort(cliErrors.notStarted(`Tenon ended in the middle: ${sayWhy(lines)}`));
    child.once('exit', lost);
    return { ...ready, ended: ended.signal, isShared, leave };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Nobody browses this instance: it listens on loopback, on a port that disturbs nobody. */
async function launcherEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const { TENON_PUBLIC_URL: _publicUrl, TENON_URL: _url, TENON_TOKEN: _token, ...env } = process.env;
  return { ...env, TENON_DATA_DIR: folder, TENON_HOST: '127.0.0.1', TENON_PORT: String(await findFreePort()) };
}

function keepLines(child: ChildProcess, show: (state: string) => void): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      if (/^(Starting|Copying) /.test(line)) show(line.replace(/ …$/, ''));
    });
  }
  return lines;
}

interface Ready extends Target {
  readonly firstSignIn?: OwnInstance['firstSignIn'];
}

/** What the launcher says to whoever started it. */
type LauncherMessage =
  | { readonly type: 'ready'; readonly url: string; readonly token: string; readonly email: string; password?: string }
  | { readonly type: 'failed'; readonly code: string };

async function waitForReady(
  child: ChildProcess,
  exited: Promise<void>,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<Ready> {
  let isElsewhere = false;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    const why = () =>
      isElsewhere ? cliErrors.startedElsewhere('Another Tenon was faster.') : cliErrors.notStarted(sayWhy(lines));
    void exited.then(() => reject(why()));
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    child.on('message', (message: LauncherMessage) => {
      if (message.type === 'failed') isElsewhere = message.code === 'launcher.alreadyRunning';
      if (message.type !== 'ready') return;
      const { url, token, email, password } = message;
      resolve({ url, token, ...(password !== undefined && { firstSignIn: { email, password } }) });
    });
  });
}

/** What the launcher said at its end: the sentence stands after an empty line. */
function sayWhy(lines: readonly string[]): string {
  const said = lines.slice(lines.lastIndexOf('') + 1).filter((line) => !/^(✓ )?Stopping /.test(line));
  return said.join('\n').trim() || 'the launcher ended and said nothing';
}

function createLeave(child: ChildProcess, exited: Promise<void>, isShared: OwnInstance['isShared']) {
  const hasEnded = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return async (): Promise<boolean> => {
    const deadline = Date.now() + STOP_MS;
    // Without its parent it looks for the commands that are left.
    if (child.connected) child.disconnect();
    while (!hasEnded()) {
      if (await isShared()) {
        letGo(child);
        return true;
      }
      if (Date.now() > deadline) child.kill('SIGKILL');
      const over = new AbortController();
      await Promise.race([exited, delay(POLL_MS, undefined, { signal: over.signal }).catch(() => undefined)]);
      over.abort();
    }
    return false;
  };
}

/** Lets this process end although the child runs. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
}
