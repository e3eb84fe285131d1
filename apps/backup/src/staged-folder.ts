import { chmod, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { backupErrors } from './errors.js';

/** A folder that is made beside its place, or inside it when its place is a disk of its own. */
export interface StagedFolder {
  readonly path: string;
  /** Its place. */
  readonly target: string;
  /** Moves it to its place. @throws backup.notEmpty when something has come there meanwhile */
  publish(): Promise<void>;
  /** Removes it, unless it was published. */
  discard(): Promise<void>;
}

/** @throws backup.notEmpty, backup.refused */
export async function checkFree(folder: string): Promise<void> {
  try {
    if ((await entriesOf(folder)).length > 0) throw taken(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw taken(folder);
    if (code === 'EACCES') throw refused(folder, error);
    if (code !== 'ENOENT') throw error;
  }
}

/** Begins a folder that `publish` moves to `folder`, which is empty or not there. @throws backup.refused */
export async function stageFolder(folder: string): Promise<StagedFolder> {
  const name = `restoring-${process.pid}`;
  const isMount = await isDiskOfItsOwn(folder).catch((error: unknown) => {
    throw refused(folder, error);
  });
  const draft = isMount ? path.join(folder, name) : `${folder}.${name}`;
  try {
    const made = await mkdir(path.dirname(folder), { recursive: true, mode: 0o700 });
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    if (process.getuid?.() === 0) await openFolders(draft, isMount ? folder : (made ?? draft));
  } catch (error) {
    throw refused(folder, error);
  }
  return {
    path: draft,
    target: folder,
    publish: async () => {
      if (isMount) return moveUp(draft, folder);
      // an empty folder gives way, one with something in it does not
      await rename(draft, folder).catch((error: NodeJS.ErrnoException) => {
        throw ['ENOTEMPTY', 'EEXIST'].includes(error.code ?? '') ? taken(folder) : error;
      });
      await flush(path.dirname(folder));
    },
    discard: () => rm(draft, { recursive: true, force: true }),
  };
}

/** File systems make a folder for what they find when they are mended. */
async function entriesOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name !== 'lost+found');
}

/** A disk that is mounted at a folder cannot be renamed: what is in it can. */
async function isDiskOfItsOwn(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).dev !== (await stat(path.dirname(folder))).dev;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Gives the folder what is in the draft inside it, all or nothing. */
async function moveUp(draft: string, folder: string): Promise<void> {
  if ((await entriesOf(folder)).some((name) => name !== path.basename(draft))) throw taken(folder);
  const moved: string[] = [];
  try {
    for (const name of await readdir(draft)) {
      await rename(path.join(draft, name), path.join(folder, name));
      moved.push(name);
    }
    await rm(draft, { recursive: true });
  } catch (error) {
    for (const name of moved) await rm(path.join(folder, name), { recursive: true, force: true });
    throw error;
  }
  await flush(folder);
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
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
