import { crc32, deflateRawSync } from 'node:zlib';

/** A file to put into a zip. */
export interface ZippedFile {
  readonly name: string;
  readonly data: string | Uint8Array;
  /** Bytes that the zip claims it has, where that is a lie. */
  readonly claimedBytes?: number;
  readonly isEncrypted?: boolean;
}

/** A zip of files, also one that no program would write: names are taken as they are. */
export function buildZip(files: readonly ZippedFile[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data, claimedBytes, isEncrypted } of files) {
    const [nameBytes, bytes] = [Buffer.from(name), Buffer.from(data)];
    const packed = deflateRawSync(bytes);
    const what = Buffer.alloc(26);
    what.writeUInt16LE(20, 0);
    what.writeUInt16LE(0x800 | (isEncrypted ? 1 : 0), 2);
    what.writeUInt16LE(8, 4);
    what.writeUInt32LE(crc32(bytes), 10);
    what.writeUInt32LE(packed.length, 14);
    what.writeUInt32LE(claimedBytes ?? bytes.length, 18);
    what.writeUInt16LE(nameBytes.length, 22);
    locals.push(signed(0x04034b50), what, nameBytes, packed);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([signed(0x02014b50), Buffer.from([20, 0]), what, place, nameBytes]));
    offset += 30 + nameBytes.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, signed(0x06054b50), end]);
}

function signed(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}
