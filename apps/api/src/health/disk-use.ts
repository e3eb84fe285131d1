import { measureDatabase, type Database } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { opendir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CONFIG, DATABASE, type ApiConfig } from '../parts.js';

/** What takes room, in bytes; null where this process cannot see it, such as a server on another machine. */
export interface DiskReport {
  readonly databaseBytes: number | null;
  readonly objectsBytes: number | null;
  readonly logsBytes: number | null;
  readonly temporalBytes: number | null;
  /** What is free for objects. */
  readonly freeBytes: number | null;
  /** One sentence when there is too little left, or when nobody can say. */
  readonly warning: string | null;
}

const UNKNOWN: DiskReport = {
  ...{ databaseBytes: null, objectsBytes: null, logsBytes: null, temporalBytes: null, freeBytes: null },
  warning: null,
};

/** Measuring looks at every file of the folders, so it is done no more often than this. */
const FRESH_MS = 60_000;
/** Whoever asks waits no longer than this: a disk that hangs answers nobody. */
const PATIENCE_MS = 2_000;
/** Postgres and Temporal write ahead: with less than this they may stop from one moment to the next. */
const LITTLE_BYTES = 1e9;

/** How much room an instance takes, and how much is left. */
@Injectable()
export class DiskUse {
  private last = UNKNOWN;
  private measuring: { readonly since: Date; readonly ended: Promise<void> } | undefined;
  private measuredMs = -Infinity;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  /** What was found within the last minute; what was found last while measuring takes long. */
  async read(): Promise<DiskReport> {
    if (!this.measuring && performance.now() - this.measuredMs > FRESH_MS)
      this.measuring = { since: new Date(), ended: this.renew() };
    if (!this.measuring) return this.last;
    await Promise.race([this.measuring.ended, setTimeout(PATIENCE_MS, undefined, { ref: false })]);
    if (!this.measuring) return this.last;
    const warning = `The disk has not answered since ${this.measuring.since.toISOString()}: see whether it hangs.`;
    return { ...this.last, warning };
  }

  private async renew(): Promise<void> {
    try {
      this.last = await this.measure();
    } finally {
      this.measuredMs = performance.now();
      this.measuring = undefined;
    }
  }

  private async measure(): Promise<DiskReport> {
    const { folder, objectsFolder } = this.config.data;
    const [databaseBytes, objectsBytes, logsBytes, temporalBytes, freeBytes] = await Promise.all([
      measureDatabase(this.database).catch(unseen),
      sizeOf(objectsFolder),
      sizeOf(path.join(folder, 'logs')),
      sizeOfFiles(['temporal.db', 'temporal.db-wal', 'temporal.db-shm'].map((name) => path.join(folder, name))),
      statfs(objectsFolder)
        .catch(() => statfs(folder))
        .then(({ bavail, bsize }) => bavail * bsize)
        .catch(unseen),
    ]);
    const warning = freeBytes !== null && freeBytes < LITTLE_BYTES ? warn(freeBytes) : null;
    return { databaseBytes, objectsBytes, logsBytes, temporalBytes, freeBytes, warning };
  }
}

const unseen = () => null;

function warn(freeBytes: number): string {
  return `Only ${Math.floor(freeBytes / 1e6)} MB are free on the disk: free some space, or Tenon takes no more runs when it is full.`;
}

/** Null for a folder that is not there, or that the disk does not read to its end. */
async function sizeOf(folder: string): Promise<number | null> {
  let bytes = 0;
  try {
    for await (const entry of await opendir(folder)) {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) bytes += (await sizeOf(place)) ?? 0;
      else if (entry.isFile()) bytes += (await stat(place).catch(unseen))?.size ?? 0;
    }
  } catch {
    return null;
  }
  return bytes;
}

async function sizeOfFiles(files: readonly string[]): Promise<number | null> {
  const found = (await Promise.all(files.map((file) => stat(file).catch(unseen)))).filter((one) => one !== null);
  return found.length > 0 ? found.reduce((sum, { size }) => sum + size, 0) : null;
}
