import fs from 'node:fs';
import os from 'node:os';
import { pullErrors } from './errors.js';
import { models, type ModelId, type ModelManifest } from './manifest.js';

/** What this machine has left, in bytes. */
export interface Capacity {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

const GIB = 1024 ** 3;

/** What must be free before a model is fetched by itself: room for it beside everything else that Tenon runs. */
const needs: Readonly<Record<ModelId, Capacity>> = {
  'local-chat': { memoryBytes: 5 * GIB, diskBytes: 3 * GIB },
  'local-chat-small': { memoryBytes: 2 * GIB, diskBytes: 1.5 * GIB },
};

/** The best model that fits, or `pull.tooLittleMemory` / `pull.diskFull` that says what is missing. */
export function chooseModel(capacity: Capacity): ModelManifest {
  const fitting = models.find(
    ({ id }) => capacity.memoryBytes >= needs[id].memoryBytes && capacity.diskBytes >= needs[id].diskBytes,
  );
  if (fitting) return fitting;
  const least = needs['local-chat-small'];
  const instead = 'Free some, or configure a model provider instead.';
  if (capacity.memoryBytes < least.memoryBytes) {
    throw pullErrors.tooLittleMemory(
      `A local model needs ${gib(least.memoryBytes)} of free memory, and ${gib(capacity.memoryBytes)} are free. ${instead}`,
    );
  }
  throw pullErrors.diskFull(
    `A local model needs ${gib(least.diskBytes)} of free disk, and ${gib(capacity.diskBytes)} are free. ${instead}`,
  );
}

/** As `chooseModel`, for downloads into `folder`, which is made if it is not there. */
export function chooseForFolder(folder: string): ModelManifest {
  fs.mkdirSync(folder, { recursive: true });
  return chooseModel({ memoryBytes: freeMemoryBytes(), diskBytes: freeDiskBytes(folder) });
}

/** Of models whose files are here, the best one that fits in memory; the smallest where none does. */
export function choosePresent(present: readonly ModelManifest[], memoryBytes: number): ModelManifest | undefined {
  return present.find(({ id }) => memoryBytes >= needs[id].memoryBytes) ?? present.at(-1);
}

/** Memory that this process may still take: the machine's, or its container's where that is less. */
export function freeMemoryBytes(): number {
  return Math.min(os.freemem(), process.availableMemory());
}

/** Free bytes of the file system that holds `folder`, which must exist. */
export function freeDiskBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

/** `1.5 GiB` */
export function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
