import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { postgresErrors } from './postgres-errors.js';

const run = promisify(execFile);

/** A user of the system and its first group. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root. As root this is the user it runs as: the one that already owns the data, else the
 * system's `postgres`, else `nobody`. For everybody else `undefined`: it runs as they do.
 */
export async function findPostgresUser(dataFolder: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const data = await stat(dataFolder).catch(() => undefined);
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid };
  return (await findUser('postgres')) ?? (await findUser('nobody')) ?? { uid: 65534, gid: 65534 };
}

async function findUser(name: string): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, name])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return undefined; // `id` exits with 1 when there is no such user
  }
}

/** The first folder on the way to `target`, itself included, that `user` may not enter. */
export async function findClosedFolder(target: string, user: SystemUser): Promise<string | undefined> {
  const { root } = path.parse(target);
  const parts = path.relative(root, target).split(path.sep);
  for (let depth = 0; depth <= parts.length; depth++) {
    const folder = path.join(root, ...parts.slice(0, depth));
    const { uid, gid, mode } = await stat(folder);
    const mayEnter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & mayEnter) === 0) return folder;
  }
  return undefined;
}

/** @throws postgres.folderClosed with the folder and the way out */
export async function checkFolderOpen(target: string, user: SystemUser): Promise<void> {
  const closed = await findClosedFolder(target, user);
  if (closed === undefined) return;
  throw postgresErrors.folderClosed(
    `Postgres does not run as root, and its user may not enter ${closed}: set TENON_DATA_DIR to a folder that all users may enter, such as /var/lib/tenon, or allow it with "chmod o+x ${closed}".`,
    { details: { folder: closed } },
  );
}

/**
 * The folder of the Postgres programs, at a place that `user` may enter: `programs` itself, else a copy in the temporary
 * folder of the system, which is made once.
 */
export async function findOpenPrograms(
  programs: string,
  version: string,
  user: SystemUser | undefined,
): Promise<string> {
  if (!user || !(await findClosedFolder(path.join(programs, 'bin'), user))) return programs;
  const copy = path.join(os.tmpdir(), `tenon-postgres-${version}-${process.arch}`);
  const found = await stat(copy).catch(() => undefined);
  // Anybody may write to the temporary folder: a copy that somebody else made is not ours to run.
  if (found && (found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0)) {
    throw postgresErrors.folderClosed(`${copy} belongs to somebody else: remove it and start again.`);
  }
  if (found) return copy;
  const draft = `${copy}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o755 });
  await cp(programs, draft, { recursive: true, verbatimSymlinks: true });
  await chmod(draft, 0o755);
  await rename(draft, copy).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // else another process was faster
  });
  return copy;
}
