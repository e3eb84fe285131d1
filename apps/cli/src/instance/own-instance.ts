import type { Config } from '@tenon/platform';
import { findFreePort } from '@tenon/platform/processes';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from '../api/client.js';
import { cliErrors } from '../errors.js';

/** An instance that runs for one command. */
export interface OwnInstance extends Target {
  /** The sign-in of the owner who was made by this start; it is shown only once. */
  readonly firstSignIn?: { readonly email: string; readonly password: string };
  /** Aborted when it ends without being told to. */
  readonly ended: AbortSignal;
  /** Ends it in order and waits. */
  stop(): Promise<void>;
}

const STOP_MS = 90_000;
const KEPT_LINES = 40;

/** Beside the built command line lie the other programs. */
const LAUNCHER = path.resolve(import.meta.dirname, '../launcher/main.js');

/**
 * Starts the launcher on the data folder, on loopback and a free port, and waits until it serves. It runs in a session of
 * its own, so that a Ctrl-C reaches it through us, and ends by itself should this process be killed.
 * @param show  is given what it does at the moment
 * @throws cli.notStarted, or the reason of `signal`
 */
export async function startOwnInstance(
  { data }: Pick<Config, 'data'>,
  signal: AbortSignal,
  show: (state: string) => void,
): Promise<OwnInstance> {
  if (!existsSync(LAUNCHER))
    throw cliErrors.notStarted(`Tenon is not built (${LAUNCHER} is missing): run "npm run build".`);
  const child = spawn(process.execPath, ['--enable-source-maps', LAUNCHER], {
    env: await launcherEnvironment(data.folder),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = keepLines(child, show);
  const stop = createStop(child, exited);
  try {
    const ready = await waitForReady(child, exited, lines, signal);
    const ended = new AbortController();
    const lost = () => ended.abort(cliErrors.notStarted(`Tenon ended in the middle: ${sayWhy(lines)}`));
    child.once('exit', lost);
    return { ...ready, ended: ended.signal, stop };
  } catch (error) {
    await stop();
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

async function waitForReady(
  child: ChildProcess,
  exited: Promise<void>,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    void exited.then(() => reject(cliErrors.notStarted(sayWhy(lines))));
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    child.on('message', (message: { type?: unknown; url: string; token: string; email: string; password?: string }) => {
      if (message?.type !== 'ready') return;
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

function createStop(child: ChildProcess, exited: Promise<void>): () => Promise<void> {
  return async () => {
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(killing);
  };
}
