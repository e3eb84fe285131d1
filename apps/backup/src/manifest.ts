import type { CopiedTable } from '@tenon/database';
import { backupErrors } from './errors.js';

/** The first entry of a backup: what it is and how its tables are made. */
export interface Manifest {
  readonly product: 'tenon';
  /** Of the layout of the file. */
  readonly format: number;
  /** Of the Tenon that wrote it. */
  readonly release: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly migrations: readonly string[];
  readonly tables: readonly CopiedTable[];
}

/** The last entry: without it the file is cut. */
export interface End {
  /** Entries before it. */
  readonly entries: number;
  /** Of the names, sizes and contents of all entries before it, hexadecimal. */
  readonly sha256: string;
}

export const FORMAT = 1;
/** Where things stand in the archive. */
export const NAMES = {
  manifest: 'manifest.json',
  end: 'end.json',
  database: 'database/',
  files: 'files/',
  objects: 'objects/',
} as const;

/** @throws backup.foreign, backup.newer */
export function parseManifest(text: string, file: string): Manifest {
  const manifest = parse(text) as Partial<Manifest> | undefined;
  if (manifest?.product !== 'tenon' || typeof manifest.format !== 'number') throw foreign(file);
  if (manifest.format > FORMAT)
    throw backupErrors.newer(
      `${file} was made by Tenon ${String(manifest.release)}, which is newer than this one: restore it with that release.`,
    );
  return manifest as Manifest;
}

/** The file is something else. */
export function foreign(file: string, cause?: unknown) {
  return backupErrors.foreign(`${file} is no backup of Tenon: name a file that "tenon backup" has made.`, { cause });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
