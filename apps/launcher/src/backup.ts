import { existsSync } from 'node:fs';
import { chown, cp, lstat, mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { launcherErrors } from './errors.js';

/** What makes up the database of a data folder. */
const PARTS = ['postgres', 'temporal.db', 'temporal.db-wal', 'temporal.db-shm'];
const KEPT = 2;

/**
 * Copies the databases of a data folder to `backups/<time>_<release>` before a newer release changes them, and keeps the
 * last two copies. Nothing may run on the folder.
 * @returns the folder of the copy; `undefined` when there is nothing to copy
 * @throws  launcher.diskFull
 */
export async function backUp(dataFolder: string, release: string, onProgress?: (bytes: number, of: number) => void) {
  const parts = PARTS.map((name) => path.join(dataFolder, name)).filter((part) => existsSync(part));
  if (parts.length === 0) return undefined;
  const backups = path.join(dataFolder, 'backups');
  await mkdir(backups, { recursive: true });
  const totalBytes = await sizeOf(parts);
  const { bavail, bsize } = await statfs(backups);
  if (bavail * bsize < totalBytes * 1.1) {
    throw launcherErrors.diskFull(
      `The disk of ${backups} has no room for the copy before the upgrade: free ${Math.ceil(totalBytes / 1e6)} MB and start again.`,
    );
  }
  // Names in the order of time.
  const target = path.join(backups, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}_${release}`);
  const draft = `${target}.part`;
  let doneBytes = 0;
  for (const part of parts) {
    await cp(part, path.join(draft, path.basename(part)), {
      recursive: true,
      preserveTimestamps: true,
      filter: async (source) => {
        doneBytes += (await lstat(source)).size;
        onProgress?.(doneBytes, totalBytes);
        return true;
      },
    });
    await copyOwner(part, path.join(draft, path.basename(part)));
  }
  await rename(draft, target);
  await prune(backups);
  return target;
}

async function sizeOf(parts: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const part of parts) {
    for (const file of await listAll(part)) bytes += (await lstat(file)).size;
  }
  return bytes;
}

async function listAll(part: string): Promise<string[]> {
  if (!(await lstat(part)).isDirectory()) return [part];
  const names = await readdir(part, { recursive: true });
  return [part, ...names.map((name) => path.join(part, name))];
}

// As root, Postgres runs as another user: the copy must be usable in place of the original.
async function copyOwner(source: string, target: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await lstat(source);
  for (const file of await listAll(target)) await chown(file, uid, gid);
}

async function prune(backups: string): Promise<void> {
  const names = (await readdir(backups)).sort();
  const whole = names.filter((name) => !name.endsWith('.part'));
  const old = names.filter((name) => !whole.slice(-KEPT).includes(name));
  for (const name of old) await rm(path.join(backups, name), { recursive: true });
}
