import { isTenonError } from '@tenon/base';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { extract as createExtract } from 'tar-stream';
import { backupErrors } from './errors.js';
import { foreign, NAMES, parseManifest, type End, type Manifest } from './manifest.js';

/** An entry of a backup; its content is to be read, or left, before the next one. */
export interface ArchiveEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** What is in a backup, after all of it was read and found to be what was written. */
export interface CheckedArchive {
  readonly manifest: Manifest;
  /** Of everything in it. */
  readonly sizeBytes: number;
}

/** Reads the whole file. @throws backup.foreign, backup.damaged, backup.newer, backup.refused */
export async function checkArchive(file: string, show: (state: string) => void): Promise<CheckedArchive> {
  const hash = createHash('sha256');
  let manifest: Manifest | undefined;
  let end: End | undefined;
  let entries = 0;
  let sizeBytes = 0;
  await readArchive(file, async ({ name, sizeBytes: entryBytes, content }) => {
    if (end) throw damaged(file);
    if (!manifest && name !== NAMES.manifest) throw foreign(file);
    if (name === NAMES.end) return void (end = JSON.parse(await textOf(content)) as End);
    entries++;
    sizeBytes += entryBytes;
    show(`checking the file, ${Math.ceil(sizeBytes / 1e6)} MB`);
    hash.update(`${name}\n${entryBytes}\n`);
    if (manifest) for await (const piece of content) hash.update(piece);
    else {
      const text = await textOf(content);
      hash.update(text);
      manifest = parseManifest(text, file);
    }
  });
  if (!manifest) throw foreign(file);
  if (end?.entries !== entries || end.sha256 !== hash.digest('hex')) throw damaged(file);
  return { manifest, sizeBytes };
}

/**
 * Gives the entries one after the other.
 * @throws backup.foreign, backup.damaged, backup.refused, and what `take` throws
 */
export async function readArchive(file: string, take: (entry: ArchiveEntry) => Promise<void>): Promise<void> {
  const extract = createExtract();
  const reading = pipeline(createReadStream(file), createGunzip(), extract);
  reading.catch(() => undefined);
  try {
    for await (const entry of extract) {
      const content = entry as unknown as AsyncIterable<Buffer> & { resume(): void };
      await take({ name: entry.header.name, sizeBytes: entry.header.size ?? 0, content });
      content.resume();
    }
    await reading;
  } catch (error) {
    extract.destroy();
    const cause = await reading.then(
      () => error,
      (failure: unknown) => failure,
    );
    if (isTenonError(error)) throw error;
    if (isOfFileSystem(cause))
      throw backupErrors.refused(`${file} cannot be read (${cause.code}): name a file that "tenon backup" has made.`, {
        cause,
      });
    if (isOfFormat(cause) || isOfFormat(error))
      throw (await isBegunByUs(file)) ? damaged(file, cause) : foreign(file, cause);
    throw error;
  }
}

/** Whether the file begins as a backup does, whatever comes then. */
async function isBegunByUs(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES);
    const head = gunzipSync(buffer.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH });
    return head.toString('latin1').startsWith(NAMES.manifest);
  } catch {
    return false; // not even compressed
  } finally {
    await handle.close();
  }
}

const HEAD_BYTES = 4_096;

/** The whole text of an entry. */
export async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  return (await bytesOf(content)).toString('utf8');
}

/** The whole content of an entry. */
export async function bytesOf(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

function damaged(file: string, cause?: unknown) {
  return backupErrors.damaged(`${file} is cut or damaged and cannot be restored: use another backup.`, { cause });
}

function isOfFileSystem(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

/** Zlib's own codes, the words of the reader of archives, and text that is no JSON. */
function isOfFormat(error: unknown): boolean {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return (
    code.startsWith('Z_') ||
    /tar header|Unexpected end of data|writable stream/i.test(message) ||
    error instanceof SyntaxError
  );
}
