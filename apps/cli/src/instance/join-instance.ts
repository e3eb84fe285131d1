import type { Config } from '@tenon/platform';
import { findLockHolder, marksOf, putMark, type HeldLock, type InstanceMarks } from '@tenon/platform/processes';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, type Target } from '../api/client.js';
import { isStarting } from '../doctor/process-health.js';
import { cliErrors } from '../errors.js';
import type { CommandContext } from './with-instance.js';
import { readInstanceFile } from './instance-file.js';

/** An instance that somebody else started, while this command uses it. */
export interface JoinedInstance {
  readonly client: ApiClient;
  /** Another command started it: it ends with the last command that uses it. */
  readonly isForCommands: boolean;
  /** Says that this command no longer needs it. */
  leave(): Promise<void>;
}

const VIEWER = '{ viewer { id } }';
/** An instance that has started serves after this time at the latest. */
const SERVING_MS = 120_000;
const POLL_MS = 250;

/** The process of the launcher that runs on the data folder. */
export function findLauncher({ data }: Pick<Config, 'data'>): Promise<number | undefined> {
  return findLockHolder(marksOf(data.folder).launcher);
}

/** A client whose token was accepted. @throws cli.unreachable, cli.tokenRefused */
export async function openClient(target: Target, signal: AbortSignal): Promise<ApiClient> {
  const client = new ApiClient(target, signal);
  const { viewer } = await client.ask<{ viewer: object | null }>(VIEWER);
  if (!viewer) throw client.tokenRefused();
  return client;
}

/**
 * The instance that runs on the data folder, or is about to; undefined when none does, also because it has just ended.
 * @throws cli.unreachable when it does not serve, or the reason of the signal
 */
export async function joinInstance({ config, terminal, signal }: CommandContext): Promise<JoinedInstance | undefined> {
  if ((await findLauncher(config)) === undefined) return undefined;
  const joining = new Joining(config.data.folder, signal);
  let joined: JoinedInstance | undefined;
  try {
    joined = await joining.try();
    joined ??= await terminal.step('Waiting for Tenon', (show) => joining.wait(show));
    return joined;
  } finally {
    if (!joined) await joining.leave();
  }
}

/** The tries of one command to get at an instance. */
class Joining {
  private readonly marks: InstanceMarks;
  private mark: HeldLock | undefined;
  private problem: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly signal: AbortSignal,
  ) {
    this.marks = marksOf(folder);
  }

  async leave(): Promise<void> {
    await this.mark?.release();
  }

  async try(): Promise<JoinedInstance | undefined> {
    const known = await readInstanceFile({ folder: this.folder });
    if (!known) return undefined;
    const isForCommands = known.isForCommands === true;
    // It ends with its last command, so it has to know of us before we rely on it.
    if (isForCommands) this.mark ??= await putMark(this.marks.command);
    const client = await openClient(known, this.signal).catch((error: unknown) => error as Error);
    if (!(client instanceof ApiClient)) {
      this.problem = client.message;
      return undefined;
    }
    if (await this.isEnding()) return undefined;
    return { client, isForCommands, leave: () => this.leave() };
  }

  /** Tries until it serves, or no launcher is there any more. */
  async wait(show: (state: string) => void): Promise<JoinedInstance | undefined> {
    let deadline = Date.now() + SERVING_MS;
    for (;;) {
      this.signal.throwIfAborted();
      const launcher = await findLockHolder(this.marks.launcher);
      if (launcher === undefined) return undefined;
      const joined = await this.try();
      if (joined) return joined;
      show((await this.isEnding()) ? 'it is ending' : 'it is about to start');
      if (await isStarting(this.folder, launcher)) deadline = Date.now() + SERVING_MS;
      if (Date.now() > deadline) throw this.notServing(launcher);
      await delay(POLL_MS, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }

  // The lock is let go before the mark is taken away, so it is looked at after the mark.
  private async isEnding(): Promise<boolean> {
    const { ending, launcher } = this.marks;
    return (await findLockHolder(ending)) !== undefined || (await findLockHolder(launcher)) === undefined;
  }

  private notServing(launcher: number): Error {
    return cliErrors.unreachable(
      `Tenon (process ${launcher}) does not serve: ${this.problem ?? 'it has not said where.'} Its logs are in ${path.join(this.folder, 'logs')}.`,
    );
  }
}
