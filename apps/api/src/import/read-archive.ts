import { isTenonError, type TenonError } from '@tenon/base';
import { MAX_FILE_BYTES } from '@tenon/dsl';
import yauzl from 'yauzl';
import type { Readable } from 'node:stream';
import { bareName, extensionOf } from '../files/file-name.js';
import { appFileText, tooLarge } from './app-file-text.js';
import { importErrors } from './import-errors.js';

/** Things that an archive may list, folders and all. */
const MAX_ENTRIES = 1_000;
/** App files that are taken of one archive. */
const MAX_APP_FILES = 50;
/** What they may come to together, unpacked, in bytes. */
const MAX_UNPACKED_BYTES = 10_000_000;
const MB = 1_000_000;

/** A file that was given: its text, or why it has none. The name is for people, and never a path. */
export type GivenFile = { readonly name: string } & ({ readonly content: string } | { readonly refusal: TenonError });

/** The app files of an archive; what else lies in it is counted. */
export interface ReadArchive {
  readonly files: readonly GivenFile[];
  readonly leftOut: number;
}

// The typings are those of an older yauzl, without promises.
interface Zip {
  readonly entryCount: number;
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<Readable>;
  close(): void;
}
interface Entry {
  readonly fileNameRaw: Buffer;
  readonly generalPurposeBitFlag: number;
  readonly extraFields: readonly object[];
  readonly uncompressedSize: number;
  isEncrypted(): boolean;
}
const { fromBufferPromise, getFileNameLowLevel } = yauzl as unknown as {
  fromBufferPromise(bytes: Buffer, options: { readonly decodeStrings: boolean }): Promise<Zip>;
  getFileNameLowLevel(flags: number, name: Buffer, extra: readonly object[], isStrict: boolean): string;
};

/** Is it a zip? */
export function isArchive(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && [0x03, 0x05].includes(bytes[2] ?? 0);
}

/**
 * Reads the app files of a zip, each for itself: one that cannot be read leaves the others alone. Unpacked is no more than
 * the limits allow, whatever the archive says of itself.
 * @throws import.brokenArchive, import.tooManyFiles, import.tooLarge, import.noAppFile
 */
export async function readArchive(bytes: Buffer): Promise<ReadArchive> {
  try {
    return await readZip(bytes);
  } catch (error) {
    if (isTenonError(error)) throw error;
    throw importErrors.brokenArchive('The zip is damaged and cannot be read.', { cause: error });
  }
}

async function readZip(bytes: Buffer): Promise<ReadArchive> {
  // names are for people alone: a strange one is no reason to refuse
  const zip = await fromBufferPromise(bytes, { decodeStrings: false });
  if (zip.entryCount > MAX_ENTRIES)
    throw importErrors.tooManyFiles(`The zip lists ${zip.entryCount} files; at most ${MAX_ENTRIES} are looked at.`);
  const files: GivenFile[] = [];
  let leftOut = 0;
  let leftBytes = MAX_UNPACKED_BYTES;
  for await (const entry of zip.eachEntry()) {
    const path = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false);
    if (path.endsWith('/')) continue;
    const name = bareName(path);
    if (isMadeBySystem(path) || !mayBeApp(name)) {
      leftOut += 1;
      continue;
    }
    if (files.length === MAX_APP_FILES)
      throw importErrors.tooManyFiles(`The zip holds more than ${MAX_APP_FILES} app files; split it.`);
    const file = await readEntry(zip, entry, name, leftBytes);
    leftBytes -= file.bytes;
    files.push(file.file);
  }
  if (files.length === 0) throw importErrors.noAppFile('The zip holds no app file, such as app.yml.');
  return { files, leftOut };
}

async function readEntry(
  zip: Zip,
  entry: Entry,
  name: string,
  leftBytes: number,
): Promise<{ readonly file: GivenFile; readonly bytes: number }> {
  let size = 0;
  try {
    if (extensionOf(name) === '.zip')
      throw importErrors.nested(`${name} is a zip within the zip; those are not opened.`);
    if (entry.isEncrypted()) throw importErrors.encrypted(`${name} is encrypted; put it in without a password.`);
    if (entry.uncompressedSize > MAX_FILE_BYTES) throw tooLarge(name);
    const parts: Buffer[] = [];
    // what comes out is checked against what the archive says of it
    for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      size += part.byteLength;
      if (size > leftBytes) throw new OutOfRoom();
      parts.push(part);
    }
    return { file: { name, content: appFileText(Buffer.concat(parts), name) }, bytes: size };
  } catch (error) {
    if (error instanceof OutOfRoom)
      throw importErrors.tooLarge(`What is in the zip is larger than ${MAX_UNPACKED_BYTES / MB} MB; split it.`, {
        details: { limitBytes: MAX_UNPACKED_BYTES },
      });
    const refusal = isTenonError(error)
      ? error
      : importErrors.brokenArchive(`${name} is damaged in the zip and cannot be read.`, { cause: error });
    return { file: { name, refusal }, bytes: size };
  }
}

class OutOfRoom extends Error {}

/** What the archive programs of systems add by themselves. */
function isMadeBySystem(path: string): boolean {
  return path.split('/').some((part) => part === '__MACOSX' || part.startsWith('._') || part === '.DS_Store');
}

/** Also what might have been meant as one: a zip within a zip is told of. */
function mayBeApp(name: string): boolean {
  return ['.yml', '.yaml', '.json', '.zip'].includes(extensionOf(name));
}
