import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import { backupErrors } from './errors.js';
import { NAMES, type End } from './manifest.js';

/** Adds an entry; resolves when there is room for the next. */
export type AddEntry = (name: string, content: Uint8Array) => Promise<void>;

/**
 * Writes a backup: a compressed tar archive that only its owner may read, since it holds secrets. It appears under its
 * name when it is whole and on the disk; until then, and after a failure, it is not there.
 * @returns its size in bytes
 * @throws backup.notEmpty, backup.diskFull, backup.refused, and what `work` throws
 */
export async function writeArchive(file: string, work: (add: AddEntry) => Promise<void>): Promise<number> {
  const draft = `${file}.${process.pid}.part`;
  const ending = new AbortController();
  const pack = createPack();
  const output = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  const writing = pipeline(pack, createGzip({ level: 4 }), output, { signal: ending.signal });
  // one that fails fails the entry that is being added, too
  const failed = writing.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  try {
    const hash = createHash('sha256');
    let entries = 0;
    const put = (name: string, content: Uint8Array) => {
      const added = new Promise<void>((resolve, reject) => {
        const header = { name, size: content.byteLength, mode: 0o600 };
        const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
        entry.on('error', reject);
        entry.end(Buffer.from(content));
      });
      added.catch(() => undefined);
      return Promise.race([added, failed]);
    };
    await work(async (name, content) => {
      hash.update(`${name}\n${content.byteLength}\n`).update(content);
      entries++;
      await put(name, content);
    });
    const end: End = { entries, sha256: hash.digest('hex') };
    await put(NAMES.end, Buffer.from(JSON.stringify(end)));
    pack.finalize();
    await writing;
    return await publish(draft, file);
  } catch (error) {
    ending.abort();
    // where writing failed first, an entry that is added later only says that it cannot be
    const cause = await writing.then(
      () => error,
      (failure: NodeJS.ErrnoException) => (failure.code === 'ABORT_ERR' ? error : failure),
    );
    throw toWriteError(cause, file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function publish(draft: string, file: string): Promise<number> {
  const handle = await open(draft, 'r+');
  try {
    await handle.sync();
    // unlike a renaming it takes the place of nothing
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (!NO_LINKS.includes(error.code ?? '')) throw error;
      return renameToNew(draft, file);
    });
    await flushFolder(path.dirname(file));
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** How disks say that they have no links, such as those of cameras and many in a network. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EACCES'];

/** Takes the name first, so that nothing of others is replaced. */
async function renameToNew(draft: string, file: string): Promise<void> {
  await (await open(file, 'wx', 0o600)).close();
  await rename(draft, file).catch(async (error: unknown) => {
    await rm(file, { force: true });
    throw error;
  });
}

/** A new name outlasts a power cut when its folder is on the disk; some file systems keep folders in their own way. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

function toWriteError(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const folder = path.dirname(file);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return backupErrors.diskFull(
      `The disk of ${folder} is full: free some space, or name a file elsewhere with --out.`,
      {
        cause: error,
      },
    );
  if (code === 'EEXIST')
    return backupErrors.notEmpty(`${file} is there already: name another file with --out.`, { cause: error });
  if (code === 'ENOENT' && syscall === 'open')
    return backupErrors.refused(`There is no folder ${folder}: make it, or name a file elsewhere with --out.`, {
      cause: error,
    });
  if (syscall && ['open', 'link', 'rename', 'write'].includes(syscall))
    return backupErrors.refused(`${file} cannot be written (${code}): name another file with --out.`, { cause: error });
  return error;
}
