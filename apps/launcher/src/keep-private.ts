import { findPostgresUser } from '@tenon/platform/servers';
import { chmod, chown, lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** What Tenon keeps in a data folder, whole or half made. */
const OURS =
  /^(postgres|temporal\.db|launcher\.|command\.|(instance|status|version)\.json|secret\.key|(objects|logs|backups|app-files)$|\.write-)/;

/**
 * Takes away what others may do with a data folder and what Tenon has in it, such as after a release that left it open.
 * A folder that holds anything else keeps its mode, since others may need it: what Tenon has in it is closed by itself.
 * @throws the system's error, such as EPERM where a file belongs to another user
 */
export async function keepPrivate(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) if (OURS.test(name)) await shut(path.join(folder, name));
  if (names.every((name) => OURS.test(name))) await shutFolder(folder);
}

/** What lies in a folder that is shut was made in there, and nobody else can get at it. */
async function shut(entry: string): Promise<void> {
  const found = await lstat(entry).catch(ignoreMissing);
  if (!found || found.isSymbolicLink() || (found.mode & 0o077) === 0) return;
  await chmod(entry, found.mode & 0o700);
  if (found.isDirectory()) for (const name of await readdir(entry)) await shut(path.join(entry, name));
}

async function shutFolder(folder: string): Promise<void> {
  const { uid, gid, mode } = await stat(folder);
  const self = process.getuid?.();
  if (self !== 0 && uid !== self) return; // only its owner may change it
  // As root, Postgres runs as another user and must get through; it need not see what is there.
  const postgres = await findPostgresUser(path.join(folder, 'postgres'));
  const isForOwner = !postgres || postgres.uid === uid;
  if (!isForOwner && postgres.gid !== gid) await chown(folder, uid, postgres.gid);
  const wanted = isForOwner ? 0o700 : 0o710;
  if ((mode & 0o7777) !== wanted) await chmod(folder, wanted);
}

// A lock file of another launcher that is leaving.
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
