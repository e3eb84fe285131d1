import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { outboundErrors } from '@tenon/ports';

const DECODED = new Set(['gzip', 'x-gzip', 'deflate', 'br']);
/** More than one encoding is rare, many are an attack. */
const MAX_ENCODINGS = 3;
/** A compressed body may be a little longer than what is in it, never much. */
const COMPRESSED_EXTRA_BYTES = 64 * 1024;

/**
 * Reads a body to its end, decoding `gzip`, `deflate` and `br`; other encodings are left as they are.
 * @param onProgress  called for each piece that arrives
 * @param admit  waited for before a piece is kept
 * @throws outbound.tooLarge beyond `maxBytes` after decoding, outbound.brokenReply
 */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
  maxBytes: number,
  onProgress: () => void,
  admit: (bytes: number) => Promise<void> = () => Promise.resolve(),
): Promise<Uint8Array> {
  const encodings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  if (encodings.length > MAX_ENCODINGS) {
    throw outboundErrors.brokenReply(`The reply is encoded ${encodings.length} times.`);
  }
  const isDecoded = encodings.length > 0 && encodings.every((encoding) => DECODED.has(encoding));
  let chunks = limit(body, maxBytes + (isDecoded ? COMPRESSED_EXTRA_BYTES : 0), maxBytes, onProgress);
  // the last encoding named was applied last; what one step yields is limited before the next reads it
  if (isDecoded)
    for (const encoding of encodings.reverse()) chunks = limit(decode(chunks, encoding), maxBytes, maxBytes);
  const parts: Uint8Array[] = [];
  for await (const part of chunks) {
    await admit(part.byteLength);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* limit(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  shownBytes: number,
  onProgress?: () => void,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    onProgress?.();
    size += chunk.byteLength;
    if (size > limitBytes) {
      throw outboundErrors.tooLarge(`The reply is larger than ${shownBytes} bytes.`, {
        details: { limitBytes: shownBytes },
      });
    }
    yield chunk;
  }
}

async function* decode(chunks: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  // replies without body may name an encoding
  if (first.done) return;
  const decoder = createDecoder(encoding, first.value);
  // an error of the source destroys the decoder with it, and so reaches the loop over the decoder
  pipeline(Readable.from(joined(first.value, iterator)), decoder, () => undefined);
  yield* decoder as AsyncIterable<Uint8Array>;
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function createDecoder(encoding: string, start: Uint8Array) {
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding !== 'deflate') return createGunzip();
  // `deflate` means zlib's format, but some servers send the bare one, whose first byte tells
  return ((start[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}
