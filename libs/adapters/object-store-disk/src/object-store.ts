import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TenonError } from '@tenon/base';
import { isObjectKey, objectErrors, type ObjectStore } from '@tenon/ports';

/*
 * Objects are files below one folder. No key contains `~`, so a `~` at the end tells the file of the object `a` from
 * the folder of the objects below `a/`, and the folders of unfinished writes and of objects that are being removed from
 * both. How long an object is unused is the age of its file.
 */
const MARK = '~';
const UNFINISHED = `unfinished${MARK}`;
const LEAVING = `leaving${MARK}`;
/** How often a folder may vanish between making it and using it. */
const MAX_TRIES = 100;
const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * An object store in `folder`, which is made when needed; several processes may share it. A write is on the disk when
 * `put` returns, and a crash leaves the old object or the new one. Media types are not kept.
 */
export function createDiskObjectStore(folder: string, { limitMs = 60_000 }: DiskLimits = {}): ObjectStore {
  return new DiskObjectStore(resolve(folder), limitMs);
}

interface DiskLimits {
  /** A disk that takes longer for one object counts as away, in milliseconds. */
  readonly limitMs?: number;
}

class DiskObjectStore implements ObjectStore {
  /** The folder was there once: that it is gone means a disk that is away, and not that it is to be made. */
  private isMade = false;

  constructor(
    private readonly folder: string,
    private readonly limitMs: number,
  ) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(key);
    await this.translating(key, async () => {
      await this.make();
      const unfinished = join(this.folder, UNFINISHED, randomUUID());
      try {
        await write(unfinished, bytes);
        await place(this.folder, unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true }).catch(ignore);
        throw error;
      }
    });
  }

  async get(key: string): Promise<Uint8Array> {
    const path = this.pathOf(key);
    const bytes = await this.translating(key, async () => {
      const found =
        (await ignoring(ABSENT, readFile(path))) ?? (await ignoring(ABSENT, readFile(this.leavingPathOf(key))));
      if (!found) await this.checkFolder();
      return found;
    });
    if (!bytes) throw objectErrors.missing(`There is no object ${key}.`, { details: { key } });
    return bytes;
  }

  async has(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    return this.translating(key, async () => (await ignoring(ABSENT, stat(path))) !== undefined);
  }

  async renew(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    const now = new Date();
    return this.translating(key, async () => {
      const renewed = ignoring(
        ABSENT,
        utimes(path, now, now).then(() => true),
      );
      return (await renewed) ?? false;
    });
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    await this.translating(key, async () => {
      await ignoring(ABSENT, unlink(path));
      await removeEmptyFolders(this.folder, dirname(path));
    });
  }

  /** It is moved aside first: whatever somebody renewed until then moves along and comes back. */
  async removeUnused(key: string, forMs: number): Promise<boolean> {
    const path = this.pathOf(key);
    return this.translating(key, async () => {
      const isUnused = async (file: string) => {
        const found = await ignoring(ABSENT, stat(file));
        return found !== undefined && Date.now() - found.mtimeMs >= forMs;
      };
      if (!(await isUnused(path))) return false;
      const leaving = this.leavingPathOf(key);
      await mkdir(dirname(leaving), { recursive: true, mode: 0o700 });
      await rename(path, leaving);
      const isGone = await isUnused(leaving);
      if (isGone) await unlink(leaving);
      else await this.putBack(key);
      await removeEmptyFolders(this.folder, dirname(leaving));
      if (isGone) await removeEmptyFolders(this.folder, dirname(path));
      return isGone;
    });
  }

  async removeUnfinished(forMs: number): Promise<number> {
    return this.translating(UNFINISHED, async () => {
      let count = 0;
      const folder = join(this.folder, UNFINISHED);
      for (const name of (await ignoring(ABSENT, readdir(folder))) ?? []) {
        const path = join(folder, name);
        const found = await ignoring(ABSENT, stat(path));
        if (!found || Date.now() - found.mtimeMs < forMs) continue;
        await rm(path, { force: true });
        count++;
      }
      for await (const key of walk(join(this.folder, LEAVING), '', '', '')) await this.putBack(key);
      return count;
    });
  }

  async list(prefix: string, after = '', limit = 1000): Promise<readonly string[]> {
    return this.translating(prefix, async () => {
      const keys: string[] = [];
      for await (const key of walk(this.folder, '', prefix, after)) {
        if (keys.length >= limit) break;
        keys.push(key);
      }
      return keys;
    });
  }

  private pathOf(key: string): string {
    if (!isObjectKey(key)) throw objectErrors.invalidKey(`"${key}" is not a key of an object.`);
    return join(this.folder, key) + MARK;
  }

  private leavingPathOf(key: string): string {
    return join(this.folder, LEAVING, key) + MARK;
  }

  /** Undoes the first half of a removal; an object that was written anew meanwhile is as good. */
  private async putBack(key: string): Promise<void> {
    const leaving = this.leavingPathOf(key);
    await mkdir(dirname(this.pathOf(key)), { recursive: true, mode: 0o700 });
    await ignoring(['EEXIST'], link(leaving, this.pathOf(key)));
    await unlink(leaving);
  }

  /** Makes the folder at the first write; later only that of unfinished writes in it. */
  private async make(): Promise<void> {
    if (!this.isMade) await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await ignoring(['EEXIST'], mkdir(join(this.folder, UNFINISHED), { mode: 0o700 }));
    this.isMade = true;
  }

  /** Nothing can be said of the objects of a folder that is away. */
  private async checkFolder(): Promise<void> {
    if (this.isMade) await stat(this.folder);
  }

  private async translating<T>(key: string, work: () => Promise<T>): Promise<T> {
    const late = new AbortController();
    const limit = setTimeout(this.limitMs, undefined, { signal: late.signal }).then(() => {
      throw Object.assign(new Error(`no answer within ${this.limitMs} ms`), { code: 'ETIMEDOUT' });
    });
    const working = work();
    for (const promise of [limit, working]) promise.catch(ignore);
    try {
      return await Promise.race([working, limit]);
    } catch (error) {
      throw toObjectError(key, error);
    } finally {
      late.abort();
    }
  }
}

const ignore = () => undefined;

/** What an error of the file system means to the caller. */
export function toObjectError(key: string, error: unknown): TenonError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return objectErrors.full('The disk for files is full; free some space.', { details: { key }, cause: error });
  }
  const message = `The folder for files cannot be used (${code ?? 'unknown error'}): look at its disk; the next try goes through when it is well.`;
  return objectErrors.unavailable(message, { details: { key }, cause: error });
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Moves a finished file to its place; the folder may vanish meanwhile, when its last other object is removed. */
async function place(folder: string, unfinished: string, path: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(unfinished, path);
      // a new folder is only on the disk once the folder that holds it is
      const top = made === undefined ? dirname(path) : dirname(made);
      for (let at = dirname(path); at.length >= Math.max(top.length, folder.length); at = dirname(at)) await sync(at);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === MAX_TRIES) throw error;
    }
  }
}

/** Writes the entries of a folder to the disk; one that was removed since has none. */
async function sync(folder: string): Promise<void> {
  const handle = await ignoring(ABSENT, open(folder, 'r'));
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeEmptyFolders(folder: string, from: string): Promise<void> {
  for (let at = from; at.length > folder.length; at = dirname(at)) {
    const removed = await ignoring(
      ['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'],
      rmdir(at).then(() => true),
    );
    if (!removed) return;
  }
}

/** Keys below `at` (empty or ending in `/`) in code-unit order, without entering folders that hold none of interest. */
async function* walk(folder: string, at: string, prefix: string, after: string): AsyncGenerator<string> {
  const entries = (await ignoring(ABSENT, readdir(join(folder, at), { withFileTypes: true }))) ?? [];
  const keys = entries.flatMap((entry) => {
    if (entry.isDirectory()) return entry.name.endsWith(MARK) ? [] : [`${at}${entry.name}/`];
    return entry.name.endsWith(MARK) ? [at + entry.name.slice(0, -MARK.length)] : [];
  });
  for (const key of keys.sort()) {
    if (!key.endsWith('/')) {
      if (key.startsWith(prefix) && key > after) yield key;
    } else if ((key.startsWith(prefix) || prefix.startsWith(key)) && (key > after || after.startsWith(key))) {
      yield* walk(folder, key, prefix, after);
    }
  }
}

async function ignoring<T>(codes: readonly string[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
