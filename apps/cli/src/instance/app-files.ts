import { isTenonError } from '@tenon/base';
import { takeLock, type HeldLock } from '@tenon/platform/processes';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cliErrors } from '../errors.js';

/** What is known of a file that was taken in. */
export interface AppFileRecord {
  /** The app that it became. */
  readonly appId: string;
  /** What the draft of the app may stand at when nobody else has changed it: two while it is being taken in. */
  readonly revisions: readonly number[];
  /** A name that was given for the app, instead of the one in the file. */
  readonly name?: string;
}

/**
 * Which app of a team each file of this computer became, kept in the data folder: a path means something on this computer
 * only. A file is known by its whole path, so two files of one name are two apps.
 */
export class AppFiles {
  private readonly folder: string;

  constructor(
    dataFolder: string,
    private readonly teamId: string,
  ) {
    this.folder = path.join(dataFolder, 'app-files');
  }

  /**
   * Runs `work` with the entry of a file; of several commands one at a time.
   * @throws cli.usage when the data folder cannot be written, the reason of the signal, and what `work` throws
   */
  async open<T>(file: string, signal: AbortSignal, work: (entry: AppFileEntry) => Promise<T>): Promise<T> {
    const name = createHash('sha256').update(`${this.teamId}\0${file}`).digest('hex');
    const entry = new AppFileEntry(path.join(this.folder, `${name}.json`), file);
    const lock = await this.lock(path.join(this.folder, `${name}.lock`), signal);
    try {
      return await work(entry);
    } finally {
      await lock.release();
    }
  }

  private async lock(file: string, signal: AbortSignal): Promise<HeldLock> {
    for (;;) {
      signal.throwIfAborted();
      try {
        await mkdir(this.folder, { recursive: true, mode: 0o700 });
        return await takeLock(file);
      } catch (cause) {
        if (isTenonError(cause) && cause.code === 'lock.held') continue; // another command takes the same file in
        throw cliErrors.usage(
          `${this.folder}, which says what app a file became, cannot be written (${(cause as Error).message}): set TENON_DATA_DIR to a folder of yours.`,
          { cause },
        );
      }
    }
  }
}

/** What the data folder says of one file. */
export class AppFileEntry {
  constructor(
    private readonly entry: string,
    private readonly file: string,
  ) {}

  async read(): Promise<AppFileRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.entry, 'utf8')) as AppFileRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cliErrors.usage(`${this.entry} cannot be read: remove it, and ${this.file} becomes a new app.`, {
        cause: error,
      });
    }
  }

  async write(record: AppFileRecord): Promise<void> {
    const draft = `${this.entry}.new`;
    await writeFile(draft, JSON.stringify({ file: this.file, ...record }), { mode: 0o600 });
    await rename(draft, this.entry);
  }
}
