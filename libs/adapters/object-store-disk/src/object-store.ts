import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TenonError } from '@tenon/base';
import { isObjectKey, objectErrors, type ObjectStore } from '@tenon/ports';

/*
 * Objects are files below one folder. No key contains `~`, so a `~` at the end tells the file of the object `a` from
 * the folder of the objects below `a/`, and the folder of unfinished writes from both.
 */
const MARK = '~';
const UNFINISHED = `unfinished${MARK}`;
/** An unfinished write older than this was left behind by a process that died. */
const LEFT_BEHIND_MS = 3_600_000;
/** How often a folder may vanish between making it and using it. */
const MAX_TRIES = 100;
const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * An object store in `folder`, which is made when needed; several processes may share it. A write is on the disk when
 * `put` returns, and a crash leaves the old object or the new one. Media types are not kept.
 */
export function createDiskObjectStore(folder: string): ObjectStore {
  return new DiskObjectStore(resolve(folder));
}

class DiskObjectStore implements ObjectStore {
  private cleaned?: Promise<void>;

  constructor(private readonly folder: string) {}

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(key);
    await translating(key, async () => {
      await (this.cleaned ??= this.clean());
      const unfinished = join(this.folder, UNFINISHED, randomUUID());
      try {
        await write(unfinished, bytes);
        await place(this.folder, unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    });
  }

  async get(key: string): Promise<Uint8Array> {
    const path = this.pathOf(key);
    const bytes = await translating(key, () => ignoring(ABSENT, readFile(path)));
    if (!bytes) throw objectErrors.missing(`There is no object ${key}.`, { details: { key } });
    return bytes;
  }

  async has(key: string): Promise<boolean> {
    const path = this.pathOf(key);
    return translating(key, async () => (await ignoring(ABSENT, stat(path))) !== undefined);
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    await translating(key, async () => {
      await ignoring(ABSENT, unlink(path));
      await removeEmptyFolders(this.folder, dirname(path));
    });
  }

  async list(prefix: string, after = '', limit = 1000): Promise<readonly string[]> {
    return translating(prefix, async () => {
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

  /** Makes the folder of unfinished writes and empties it of what was left behind; the next write tries again. */
  private async clean(): Promise<void> {
    try {
      const folder = join(this.folder, UNFINISHED);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        const found = await ignoring(ABSENT, stat(path));
        if (found && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
      }
    } catch (error) {
      this.cleaned = undefined;
      throw error;
    }
  }
}

/** What an error of the file system means to the caller. */
export function toObjectError(key: string, error: unknown): TenonError {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return objectErrors.full('The disk for files is full; free some space.', { details: { key }, cause: error });
  }
  const message = `The folder for files cannot be used (${code ?? 'unknown error'}).`;
  return objectErrors.unavailable(message, { details: { key }, cause: error });
}

async function translating<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toObjectError(key, error);
  }
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
