import { isTenonError } from '@tenon/base';
import { checkEmptyDatabase, fillTables, openDatabase, type Database } from '@tenon/database';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import type { Config } from '@tenon/platform';
import { startPostgres } from '@tenon/platform/servers';
import { randomBytes } from 'node:crypto';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf, checkArchive, readArchive } from './archive-reader.js';
import { backupErrors } from './errors.js';
import { NAMES, type Manifest } from './manifest.js';
import { checkFree, stageFolder, type StagedFolder } from './staged-folder.js';

/** What was given back. */
export interface RestoreReport {
  readonly folder: string;
  /** When the backup was made, ISO 8601. */
  readonly createdAt: string;
  readonly release: string;
  readonly tables: number;
  readonly objects: number;
  readonly objectsFolder: string;
  /** Runs that had not ended and go on at the next start. */
  readonly openRuns: number;
}

type Show = (state: string) => void;

/**
 * Gives back everything of a backup, into a data folder that is empty or not there, and into the database that the
 * settings name or a new one in the folder. The file is read to its end and checked before anything is written. The folder
 * is made beside its place and moved there at the very end: whatever goes wrong before, nothing is there.
 */
export async function restoreBackup(config: Config, file: string, show: Show): Promise<RestoreReport> {
  const { folder, objectsFolder } = config.data;
  const { manifest, sizeBytes } = await checkArchive(file, show);
  await checkFree(folder);
  const isObjectsApart = path.relative(folder, objectsFolder).startsWith('..');
  if (isObjectsApart) await checkFree(objectsFolder);
  if (config.database.url) await withPool(config.database.url, checkEmptyDatabase);
  const staged = await stageFolder(folder);
  const objects = isObjectsApart ? await stageFolder(objectsFolder) : undefined;
  try {
    await checkRoom(staged.path, sizeBytes);
    const objectsPath = objects?.path ?? path.join(staged.path, path.relative(folder, objectsFolder));
    const counts = await withTarget(config, staged.path, (url) =>
      fill(file, manifest, { url, folder: staged.path, objectsPath, show }),
    );
    await publish(config, objects, staged);
    const { createdAt, release } = manifest;
    return { folder, objectsFolder, createdAt, release, tables: manifest.tables.length, ...counts };
  } catch (error) {
    throw toRestoreError(error, folder);
  } finally {
    await objects?.discard();
    await staged.discard();
  }
}

/** @throws backup.refused, which says what is there already */
async function publish({ database }: Config, ...folders: readonly (StagedFolder | undefined)[]): Promise<void> {
  const published: string[] = [];
  try {
    for (const folder of folders) {
      await folder?.publish();
      if (folder) published.push(folder.target);
    }
  } catch (cause) {
    const there = [...(database.url ? ['the database of TENON_DATABASE_URL'] : []), ...published];
    if (there.length === 0) throw cause;
    throw backupErrors.refused(`${sentenceOf(cause)} Before you restore again, empty ${there.join(' and ')}.`, {
      cause,
    });
  }
}

function sentenceOf(error: unknown): string {
  return isTenonError(error) ? error.message : `The folder could not be put in its place: ${(error as Error).message}.`;
}

/** The database that the settings name, or a new one in the folder. */
async function withTarget<T>(config: Config, folder: string, work: (url: string) => Promise<T>): Promise<T> {
  if (config.database.url) return work(config.database.url);
  const password = randomBytes(24).toString('base64url');
  await writeInto(folder, 'postgres.json', Buffer.from(JSON.stringify({ password })));
  const server = await startPostgres({ folder: path.join(folder, 'postgres'), password, isDurable: true });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

interface Targets {
  readonly url: string;
  readonly folder: string;
  readonly objectsPath: string;
  readonly show: Show;
}

type Counts = Pick<RestoreReport, 'objects' | 'openRuns'>;

/** Files and objects lie in their places before the database is committed, so that no row names what is not there. */
async function fill(file: string, manifest: Manifest, { url, folder, objectsPath, show }: Targets): Promise<Counts> {
  const store = createDiskObjectStore(objectsPath);
  let objects = 0;
  const openRuns = await withPool(url, (database) =>
    fillTables(database, manifest.migrations, (fillTable) =>
      readArchive(file, async ({ name, content }) => {
        const below = name.slice(name.indexOf('/') + 1);
        if (name.startsWith(NAMES.database)) {
          const table = manifest.tables.find((one) => one.name === below.replace(/\.\d+$/, ''));
          if (!table) throw new Error(`the backup names no table of ${name}`);
          show(table.name);
          await fillTable(table, content);
        } else if (name.startsWith(NAMES.objects)) {
          await store.put(below, await bytesOf(content), 'application/octet-stream');
          show(`${++objects} files and large values`);
        } else if (name.startsWith(NAMES.files)) await writeInto(folder, below, await bytesOf(content));
      }),
    ),
  );
  await writeInto(folder, 'version.json', Buffer.from(`${JSON.stringify({ release: manifest.release })}\n`));
  return { objects, openRuns };
}

/** For the owner alone. The name comes from the file, so it may not lead elsewhere. */
async function writeInto(folder: string, name: string, content: Uint8Array): Promise<void> {
  const target = path.join(folder, name);
  if (path.relative(folder, target).startsWith('..')) throw new Error(`the backup holds a file ${name}`);
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  await writeFile(target, content, { mode: 0o600, flag: 'wx', flush: true });
}

async function checkRoom(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  // rows take more room in tables than in the file, and a database has some of its own
  const wanted = neededBytes * 2 + 200e6;
  if (bavail * bsize < wanted)
    throw backupErrors.diskFull(
      `The disk of ${folder} has no room for what is in the backup: free ${Math.ceil(wanted / 1e6)} MB, or restore into a folder elsewhere with --into.`,
    );
}

async function withPool<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase({ url, poolSize: 2, name: 'tenon-restore' });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function toRestoreError(error: unknown, folder: string): unknown {
  if (isTenonError(error) && !error.code.startsWith('object.')) return error;
  const { code } = error as NodeJS.ErrnoException;
  // the last one is what Postgres says
  if (!['ENOSPC', 'EDQUOT', 'object.full', '53100'].includes(String(code))) return error;
  const message = `The disk of ${folder} is full: free some space, or restore into a folder elsewhere with --into.`;
  return backupErrors.diskFull(message, { cause: error });
}
