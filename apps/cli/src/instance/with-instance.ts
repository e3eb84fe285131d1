import type { Config } from '@tenon/platform';
import { findLockHolder } from '@tenon/platform/processes';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, type Target } from '../api/client.js';
import { cliErrors } from '../errors.js';
import type { Terminal } from '../terminal.js';
import { findNamedTarget, readInstanceFile } from './instance-file.js';
import { startOwnInstance } from './own-instance.js';

/** What every command is given. */
export interface CommandContext {
  readonly config: Config;
  readonly terminal: Terminal;
  /** Aborted with the reason when the command is to end. */
  readonly signal: AbortSignal;
}

/** An instance that serves, while a command uses it. */
export interface Instance {
  readonly client: ApiClient;
  /** It was started for this command and ends with it. */
  readonly isOwn: boolean;
}

const VIEWER = '{ viewer { id } }';
const STARTING_MS = 120_000;
const POLL_MS = 250;
/** A Tenon that somebody starts again is back within this time. */
const GONE_MS = 60_000;
const WATCH_MS = 5_000;

/**
 * Runs `work` against the instance that TENON_URL names, else against the one that runs on the data folder, else against
 * one that is started for it and stopped afterwards.
 * @throws cli.unreachable, cli.tokenRefused, cli.notStarted, and what `work` throws
 */
export async function withInstance<T>(context: CommandContext, work: (instance: Instance) => Promise<T>): Promise<T> {
  const { config, signal } = context;
  const named = await findNamedTarget(config);
  if (named) return work({ client: await openClient(named, signal), isOwn: false });
  const running = await findRunning(context);
  if (!running) return withOwnInstance(context, work);
  const gone = new AbortController();
  const endWatch = watchLauncher(config, () =>
    gone.abort(cliErrors.unreachable(`Tenon no longer runs on ${config.data.folder}: start it again.`)),
  );
  try {
    return await work({ client: running.until(AbortSignal.any([signal, gone.signal])), isOwn: false });
  } finally {
    endWatch();
  }
}

/** The process of the launcher that runs on the data folder. */
export function findLauncher({ data }: Pick<Config, 'data'>): Promise<number | undefined> {
  return findLockHolder(path.join(data.folder, 'launcher.lock'));
}

/** A client whose token was accepted. @throws cli.unreachable, cli.tokenRefused */
export async function openClient(target: Target, signal: AbortSignal): Promise<ApiClient> {
  const client = new ApiClient(target, signal);
  const { viewer } = await client.ask<{ viewer: object | null }>(VIEWER);
  if (!viewer) throw client.tokenRefused();
  return client;
}

/** The instance that runs on the data folder, or is about to; undefined when none does. */
async function findRunning({ config, terminal, signal }: CommandContext): Promise<ApiClient | undefined> {
  const reach = async () => {
    const known = await readInstanceFile(config.data);
    return known && openClient(known, signal).catch((error: unknown) => error as Error);
  };
  if ((await findLauncher(config)) === undefined) return undefined;
  const first = await reach();
  if (first instanceof ApiClient) return first;
  const deadline = Date.now() + STARTING_MS;
  return terminal.step('Waiting for Tenon, which is about to start', async () => {
    for (;;) {
      const last = await reach();
      if (last instanceof ApiClient) return last;
      signal.throwIfAborted();
      const launcher = await findLauncher(config);
      if (launcher === undefined) return undefined;
      if (Date.now() > deadline)
        throw cliErrors.unreachable(
          `Tenon (process ${launcher}) does not serve: ${last?.message ?? 'it has not said where.'} Its logs are in ${path.join(config.data.folder, 'logs')}.`,
        );
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  });
}

/** Calls `onGone` when no launcher has run on the data folder for a while. Returns what ends the watch. */
function watchLauncher(config: Pick<Config, 'data'>, onGone: () => void): () => void {
  let seenMs = Date.now();
  const timer = setInterval(async () => {
    if ((await findLauncher(config)) !== undefined) seenMs = Date.now();
    else if (Date.now() - seenMs > GONE_MS) onGone();
  }, WATCH_MS);
  return () => clearInterval(timer);
}

async function withOwnInstance<T>(context: CommandContext, work: (instance: Instance) => Promise<T>): Promise<T> {
  const { config, terminal, signal } = context;
  const own = await terminal.step('Starting Tenon for this command', (show) => startOwnInstance(config, signal, show));
  if (own.firstSignIn) {
    const { email, password } = own.firstSignIn;
    terminal.note(`  Sign in as ${email} with the password ${password} (shown only this once).`);
  }
  try {
    const client = new ApiClient(own, AbortSignal.any([signal, own.ended]));
    return await work({ client, isOwn: true });
  } finally {
    await terminal.step('Stopping Tenon', () => own.stop());
  }
}
