import {
  copyTables,
  holdRemoval,
  openDatabase,
  type Database,
  type RemovalHold,
  type TableCopy,
} from '@tenon/database';
import { createDiskObjectStore } from '@tenon/object-store-disk';
import type { Config } from '@tenon/platform';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeArchive, type AddEntry } from './archive-writer.js';
import { checkKeys, readKeyLines } from './backup-keys.js';
import { addObjects, checkObjects } from './backup-objects.js';
import { FORMAT, NAMES, type Manifest } from './manifest.js';
import { withDatabase } from './with-database.js';

/** Rows are kept in entries of about this size; an object is one entry. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** What of the data folder belongs to the instance, beside its database, its objects and its key. */
const FILES = ['instance.json', 'app-files'];

/** What a backup holds. */
export interface BackupReport {
  readonly file: string;
  readonly sizeBytes: number;
  readonly tables: number;
  readonly objects: number;
  /** Large values that records of runs name, and that are not there. */
  readonly missing: number;
}

/**
 * Writes everything of an instance to a file, while it runs or not: first the database as it is at one instant, then the
 * objects, of which none is removed meanwhile, so that all that a row names are there.
 * @throws database.unavailable also when nobody kept them from being removed for a moment
 */
export async function createBackup(
  config: Config,
  { file, release }: { readonly file: string; readonly release: string },
  show: (state: string) => void,
): Promise<BackupReport> {
  return withDatabase(config, show, async (url) => {
    const database = openDatabase({ url, poolSize: 2, name: 'tenon-backup' });
    try {
      const hold = await holdRemoval(database);
      try {
        return await write(config, { database, hold }, { file, release }, show);
      } finally {
        await hold.end();
      }
    } finally {
      await database.close();
    }
  });
}

async function write(
  config: Config,
  { database, hold }: { readonly database: Database; readonly hold: RemovalHold },
  { file, release }: { readonly file: string; readonly release: string },
  show: (state: string) => void,
): Promise<BackupReport> {
  let tables = 0;
  let objects = 0;
  let missing = 0;
  await checkKeys(config, database);
  const store = createDiskObjectStore(config.data.objectsFolder);
  // they may be renewed at this moment: what is sealed in the tables opens with a key of before or of after
  let keys = await readKeyLines(config);
  const sizeBytes = await writeArchive(file, async (addAny) => {
    const add: AddEntry = (name, content) => {
      hold.lost.throwIfAborted();
      return addAny(name, content);
    };
    await copyTables(database, async (copy) => {
      missing = await checkObjects(copy, store, config.data.objectsFolder);
      keys = [...new Set([...(await readKeyLines(config)), ...keys])];
      const manifest: Manifest = {
        product: 'tenon',
        format: FORMAT,
        release,
        createdAt: new Date().toISOString(),
        migrations: copy.migrations,
        tables: copy.tables,
      };
      await add(NAMES.manifest, Buffer.from(JSON.stringify(manifest, undefined, 2)));
      await addTables(copy, add, show);
      tables = copy.tables.length;
    });
    await addFiles(config, keys, add);
    objects = await addObjects(store, add, show);
    await hold.check();
  });
  return { file, sizeBytes, tables, objects, missing };
}

async function addTables(copy: TableCopy, add: AddEntry, show: (state: string) => void): Promise<void> {
  for (const table of copy.tables) {
    let doneBytes = 0;
    let count = 0;
    const flush = async (rows: Buffer) => {
      await add(`${NAMES.database}${table.name}.${String(++count).padStart(6, '0')}`, rows);
      doneBytes += rows.byteLength;
      show(`${table.name}, ${Math.ceil(doneBytes / 1e6)} MB`);
    };
    for await (const rows of wholeRows(copy.read(table))) await flush(rows);
  }
}

/** Pieces that end with a row, whose last character is the only one of its kind in it. */
async function* wholeRows(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let open: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    open.push(piece);
    bytes += piece.byteLength;
    if (bytes < PIECE_BYTES || end === 0) continue;
    open[open.length - 1] = piece.subarray(0, end);
    yield Buffer.concat(open);
    open = [piece.subarray(end)];
    bytes = piece.byteLength - end;
  }
  if (bytes > 0) yield Buffer.concat(open);
}

const NEWLINE = 0x0a;

async function addFiles(config: Config, keys: readonly string[], add: AddEntry): Promise<void> {
  await add(`${NAMES.files}secret.key`, Buffer.from(keys.join('')));
  for (const name of FILES) await addFile(config.data.folder, name, add);
}

async function addFile(folder: string, name: string, add: AddEntry): Promise<void> {
  try {
    await add(`${NAMES.files}${name}`, await readFile(path.join(folder, name)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR')
      for (const below of (await readdir(path.join(folder, name))).sort())
        await addFile(folder, `${name}/${below}`, add);
    else if (code !== 'ENOENT') throw error;
  }
}
