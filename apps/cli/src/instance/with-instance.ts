import { isTenonError } from '@tenon/base';
import type { Config } from '@tenon/platform';
import { ApiClient } from '../api/client.js';
import { cliErrors } from '../errors.js';
import type { Terminal } from '../terminal.js';
import { findNamedTarget } from './instance-file.js';
import { findLauncher, joinInstance, openClient, type JoinedInstance } from './join-instance.js';
import { startOwnInstance, type OwnInstance } from './own-instance.js';

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
  /** It was started for this command or another one, and ends with the last of them. */
  readonly isForCommands: boolean;
}

type Work<T> = (instance: Instance) => Promise<T>;

/** A Tenon that somebody starts again is back within this time; nobody starts one again that was for commands. */
const GONE_MS = 60_000;
const WATCH_MS = 5_000;

/**
 * Runs `work` against the instance that TENON_URL names, else against the one that runs on the data folder, else against
 * one that is started for it. That one ends with the last command that uses it.
 * @throws cli.unreachable, cli.tokenRefused, cli.notStarted, and what `work` throws
 */
export async function withInstance<T>(context: CommandContext, work: Work<T>): Promise<T> {
  const { config, signal } = context;
  const named = await findNamedTarget(config);
  if (named) return work({ client: await openClient(named, signal), isForCommands: false });
  for (;;) {
    const joined = await joinInstance(context);
    if (joined) return useJoined(context, joined, work);
    const own = await startOwn(context);
    if (own) return useOwn(context, own, work);
  }
}

async function useJoined<T>({ config, signal }: CommandContext, joined: JoinedInstance, work: Work<T>): Promise<T> {
  const { client, isForCommands } = joined;
  const gone = new AbortController();
  const endWatch = watchLauncher(config, isForCommands ? 0 : GONE_MS, () =>
    gone.abort(cliErrors.unreachable(`Tenon no longer runs on ${config.data.folder}: start it again.`)),
  );
  try {
    return await work({ client: client.until(AbortSignal.any([signal, gone.signal])), isForCommands });
  } finally {
    endWatch();
    await joined.leave();
  }
}

/** Calls `onGone` when no launcher has run on the data folder for a while. Returns what ends the watch. */
function watchLauncher(config: Pick<Config, 'data'>, patienceMs: number, onGone: () => void): () => void {
  let seenMs = Date.now();
  const timer = setInterval(async () => {
    if ((await findLauncher(config)) !== undefined) seenMs = Date.now();
    else if (Date.now() - seenMs > patienceMs) onGone();
  }, WATCH_MS);
  return () => clearInterval(timer);
}

/** Undefined when another launcher was faster: then there is one to join. */
async function startOwn({ config, terminal, signal }: CommandContext): Promise<OwnInstance | undefined> {
  try {
    return await terminal.step('Starting Tenon for this command', (show) => startOwnInstance(config, signal, show));
  } catch (error) {
    if (isTenonError(error) && error.code === 'cli.startedElsewhere') return undefined;
    throw error;
  }
}

async function useOwn<T>({ terminal, signal }: CommandContext, own: OwnInstance, work: Work<T>): Promise<T> {
  if (own.firstSignIn) {
    const { email, password } = own.firstSignIn;
    terminal.note(`  Sign in as ${email} with the password ${password} (shown only this once).`);
  }
  try {
    const client = new ApiClient(own, AbortSignal.any([signal, own.ended]));
    return await work({ client, isForCommands: true });
  } finally {
    const isLeft = (await own.isShared()) ? await own.leave() : await terminal.step('Stopping Tenon', own.leave);
    if (isLeft) terminal.note('Tenon goes on for another command and stops after it.');
  }
}
