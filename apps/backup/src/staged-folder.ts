import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { backupErrors } from './errors.js';

/** A folder that is made beside its place. */
export interface StagedFolder {
  readonly path: string;
  /** Moves it to its place. @throws backup.notEmpty when something has come there meanwhile */
  publish(): Promise<void>;
  /** Removes it, unless it was published. */
  discard(): Promise<void>;
}

/** @throws backup.notEmpty, backup.refused */
export async function checkFree(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length > 0) throw taken(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw taken(folder);
    if (code === 'EACCES') throw refused(folder, error);
    if (code !== 'ENOENT') throw error;
  }
}

/** Begins a folder that `publish` moves to `folder`, which is empty or not there. @throws backup.refused */
export async function stageFolder(folder: string): Promise<StagedFolder> {
  const draft = `${folder}.restoring-${process.pid}`;
  try {
    const made = await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    if (process.getuid?.() === 0) await openFolders(draft, made ?? draft);
  } catch (error) {
    throw refused(folder, error);
  }
  return {
    path: draft,
    publish: async () => {
      // an empty folder gives way, one with something in it does not
      await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
        throw ['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '') ? taken(folder) : error;
      });
      const parent = await open(path.dirname(folder), 'r');
      await parent.sync().finally(() => parent.close());
    },
    discard: () => rm(draft, { recursive: true, force: true }),
  };
}

/** As root, Postgres runs as another user, who must get through to its data. The launcher closes the data folder again. */
async function openFolders(innermost: string, outermost: string): Promise<void> {
  for (let at = innermost; at.length >= Math.min(outermost.length, innermost.length); at = path.dirname(at))
    await chmod(at, 0o711);
}

function taken(folder: string) {
  return backupErrors.notEmpty(`${folder} is not empty: restore into another folder with --into, or move it away.`);
}

function refused(folder: string, cause: unknown) {
  const { code } = cause as NodeJS.ErrnoException;
  return backupErrors.refused(`${folder} cannot be written (${code}): restore into another folder with --into.`, {
    cause,
  });
}
