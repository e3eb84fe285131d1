import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from './data-folder.js';
import { causeCodeOf } from './running.js';

/** Why the last start came to nothing, in `start-failure.json` of the data folder; for `tenon doctor`. */
export interface StartFailure {
  /** ISO 8601. */
  readonly at: string;
  readonly code?: string;
  readonly message: string;
}

/** Keeps why a start failed. @throws the system's error where the folder is missing, full or not ours */
export async function noteStartFailure(dataFolder: string, error: unknown): Promise<void> {
  const code = causeCodeOf(error);
  const failure: StartFailure = {
    at: new Date().toISOString(),
    ...(code !== undefined && { code }),
    message: (error as Error).message,
  };
  await writeWhole(fileIn(dataFolder), failure);
}

/** Forgets it: a start has succeeded. */
export function forgetStartFailure(dataFolder: string): Promise<void> {
  return rm(fileIn(dataFolder), { force: true });
}

const fileIn = (dataFolder: string) => path.join(dataFolder, 'start-failure.json');
