import { open } from 'node:fs/promises';
import path from 'node:path';
import type { TroubleName } from '@tenon/platform';

/** A line of a log that says why its process is not well. */
export interface LogSign {
  readonly line: string;
  readonly trouble: TroubleName;
}

const READ_BYTES = 64 * 1024;
const LINE_CHARACTERS = 300;
const SIGNS: readonly (readonly [RegExp, TroubleName])[] = [
  [/no space left on device|ENOSPC|EDQUOT|(database or )?disk is full/i, 'diskFull'],
  [/permission denied|EACCES|EPERM/i, 'folderClosed'],
  [/file is not a database|database disk image is malformed/i, 'temporalDown'],
  [/out of memory/i, 'processDies'],
];

/** The last line of the log of a process that names a known trouble; undefined where there is none. */
export async function findLogSign(dataFolder: string, name: string): Promise<LogSign | undefined> {
  const lines = (await readEnd(path.join(dataFolder, 'logs', `${name}.log`))).split('\n');
  for (const line of lines.toReversed()) {
    const [, trouble] = SIGNS.find(([pattern]) => pattern.test(line)) ?? [];
    if (trouble) return { line: line.trim().slice(0, LINE_CHARACTERS), trouble };
  }
  return undefined;
}

/** The end of a file; nothing where it cannot be read. */
async function readEnd(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const position = Math.max(0, size - READ_BYTES);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(READ_BYTES), position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
