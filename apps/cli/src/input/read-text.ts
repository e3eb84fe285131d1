import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { cliErrors } from '../errors.js';

/** Largest text that is read, in bytes: more than the API takes. */
const MAX_BYTES = 10 * 1024 * 1024;

/** The text that bytes are which were read from `file`. @throws cli.usage */
export function textOf(file: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES)
    throw cliErrors.usage(`${shown(file)} has ${bytes.length} bytes, and ${MAX_BYTES} are the most that is taken.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw cliErrors.usage(`${shown(file)} is no UTF-8 text: save it as UTF-8.`, { cause });
  }
}

/** The bytes of a file, or of standard input for `-`. @throws cli.usage */
export async function readBytes(file: string): Promise<Buffer> {
  if (file === '-') return buffer(process.stdin);
  try {
    return await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw cliErrors.usage(`There is no file ${file}: check its name.`, { cause });
    if (code === 'EISDIR') throw cliErrors.usage(`${file} is a folder: name a file.`, { cause });
    throw cliErrors.usage(`${file} cannot be read: ${message}.`, { cause });
  }
}

const shown = (file: string) => (file === '-' ? 'Standard input' : file);
