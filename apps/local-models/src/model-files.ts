import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pullErrors } from './errors.js';
import { models, type ModelManifest } from './manifest.js';

/** Where model files are looked for. */
export interface ModelFolders {
  /** Where downloads go. Its files were verified before they got their name. */
  readonly cache: string;
  /** A folder of the user's with the same files. It is only read. */
  readonly own?: string | undefined;
}

/** Path of the model's file, the user's own first; undefined when it is not here in its full size. */
export function findModelFile(model: ModelManifest, folders: ModelFolders): string | undefined {
  return [folders.own, folders.cache]
    .filter((folder) => folder !== undefined)
    .map((folder) => path.join(folder, model.fileName))
    .find((file) => fileSize(file) === model.bytes);
}

/** The models whose files are here, best first. */
export function listPresent(folders: ModelFolders): ModelManifest[] {
  return models.filter((model) => findModelFile(model, folders) !== undefined);
}

/** Bytes of a file; 0 when there is none. */
export function fileSize(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Reads the whole file and compares its hash with the manifest's.
 * @param onBytes  told how much has been read so far
 * @throws         pull.hashMismatch; the signal's reason when aborted
 */
export async function verifyModelFile(
  model: ModelManifest,
  file: string,
  onBytes: (bytes: number) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20, ...(signal ? { signal } : {}) })) {
    hash.update(chunk as Buffer);
    onBytes((bytes += (chunk as Buffer).length));
  }
  assertHash(model, hash.digest('hex'), file);
}

/** Throws `pull.hashMismatch` unless `sha256` is the model's. */
export function assertHash(model: ModelManifest, sha256: string, file: string): void {
  if (sha256 === model.sha256) return;
  throw pullErrors.hashMismatch(`${file} is not ${model.name}: its SHA-256 is ${sha256}, not ${model.sha256}.`);
}
