import { marksOf } from '@tenon/platform/processes';
import { takeLock, type HeldLock } from '@tenon/platform/servers';
import { chmod, mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { launcherErrors } from './errors.js';
import { keepPrivate } from './keep-private.js';

/** Free space below which nothing is started: Postgres and Temporal need most of it at their first start. */
const MIN_FREE_BYTES = 300e6;

/** The data folder while this launcher runs on it. */
export interface DataFolder {
  readonly path: string;
  /** The release that used it last; `undefined` for a new one. */
  readonly lastRelease: string | undefined;
  /** Notes that `release` uses it from now on. */
  markRelease(): Promise<void>;
  /** Lets another launcher in. */
  close(): Promise<void>;
}

/**
 * Makes sure that the folder exists, can be written, has space and is closed to others, that no other launcher runs on
 * it, and that no newer release has written it.
 * @throws launcher.folderRefused, launcher.diskFull, launcher.alreadyRunning, launcher.newerData
 */
export async function openDataFolder(folder: string, release: string): Promise<DataFolder> {
  await makeWritable(folder);
  const lock = await lockFolder(folder);
  try {
    const lastRelease = await readRelease(folder);
    if (lastRelease !== undefined && compareReleases(lastRelease, release) > 0) {
      throw launcherErrors.newerData(
        `${folder} was written by Tenon ${lastRelease}, and this is ${release}: use that release or another TENON_DATA_DIR.`,
      );
    }
    return {
      path: folder,
      lastRelease,
      markRelease: () => writeWhole(path.join(folder, 'version.json'), { release }),
      close: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function makeWritable(folder: string): Promise<void> {
  const probe = path.join(folder, `.write-${process.pid}`);
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made && process.getuid?.() === 0) await openParents(folder, made);
    await writeFile(probe, 'x');
    await rm(probe);
    await keepPrivate(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(folder);
    throw launcherErrors.folderRefused(
      `The data folder ${folder} cannot be written (${message}): give yourself the right, or set TENON_DATA_DIR to another folder.`,
      { cause },
    );
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < MIN_FREE_BYTES) throw diskFull(folder);
}

/** As root, Postgres runs as another user and must get through those that were made on the way to the folder. */
async function openParents(folder: string, made: string): Promise<void> {
  for (let parent = path.dirname(folder); parent.length >= made.length; parent = path.dirname(parent)) {
    await chmod(parent, 0o711);
  }
}

function diskFull(folder: string) {
  return launcherErrors.diskFull(
    `The disk of ${folder} is full: free ${MIN_FREE_BYTES / 1e6} MB, or set TENON_DATA_DIR to a folder on another disk.`,
  );
}

async function lockFolder(folder: string): Promise<HeldLock> {
  try {
    return await takeLock(marksOf(folder).launcher);
  } catch (cause) {
    const pid = (cause as { details?: { pid?: number } }).details?.pid;
    if (pid === undefined) throw cause;
    throw launcherErrors.alreadyRunning(
      `Tenon already runs${await findAddress(folder)} (process ${pid}, data folder ${folder}): use that one, stop it first, or set TENON_DATA_DIR to another folder.`,
      { cause },
    );
  }
}

/** ` at http://…` where the instance of the folder says so; it does not while it starts for the first time. */
async function findAddress(folder: string): Promise<string> {
  try {
    const { url } = JSON.parse(await readFile(path.join(folder, 'instance.json'), 'utf8')) as { url: string };
    return ` at ${url}`;
  } catch {
    return '';
  }
}

async function readRelease(folder: string): Promise<string | undefined> {
  const file = path.join(folder, 'version.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { release } = JSON.parse(text) as { release?: unknown };
    if (typeof release === 'string' && /^\d+\.\d+\.\d+/.test(release)) return release;
  } catch {
    // answered below
  }
  throw launcherErrors.folderRefused(`${file} does not name a release of Tenon: restore the folder from a backup.`);
}

/** Negative when `a` is older than `b`. What follows the three numbers does not count. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number)) as [number[], number[]];
  const at = left.findIndex((part, i) => part !== right[i]);
  return at === -1 ? 0 : (left[at] as number) - (right[at] as number);
}

/** Writes a JSON file, for its owner only, that is there as a whole or not at all. */
export async function writeWhole(file: string, content: object): Promise<void> {
  const draft = `${file}.new`;
  await rm(draft, { force: true }); // the mode counts for new files only
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(draft, file);
}
