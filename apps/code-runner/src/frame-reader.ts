import type { Readable } from 'node:stream';

/** What a child wrote: one line of JSON and the `bytes` that follow it. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Why there is no frame: the child has ended, wrote more than it may, or wrote something else. */
export class BrokenFrameError extends Error {
  readonly reason: 'ended' | 'tooLarge' | 'malformed';

  constructor(reason: 'ended' | 'tooLarge' | 'malformed') {
    super(`No frame from the child: ${reason}.`);
    this.reason = reason;
  }
}

/**
 * Reads the frames of a child, one `read` after the other. Nothing the child writes is trusted: a frame that is larger
 * than asked for is refused before it is kept.
 */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #error: BrokenFrameError | undefined;
  #wake: () => void = () => {};

  constructor(stream: Readable) {
    stream.on('data', (chunk: Buffer) => {
      if (this.#error) return;
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake();
    });
    const end = () => {
      this.#error ??= new BrokenFrameError('ended');
      this.#wake();
    };
    stream.on('error', end);
    stream.on('end', end);
  }

  /**
   * The next frame.
   * @param maxBytes  of header and body together
   * @throws          BrokenFrameError
   */
  async read(maxBytes: number): Promise<Frame> {
    const head = await this.#take(() => this.#findLineEnd(), maxBytes);
    const header = parseHeader(head.toString());
    const bytes = Number(header['bytes']);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw this.#refuse('malformed');
    if (head.length + bytes > maxBytes) throw this.#refuse('tooLarge');
    return { header, body: await this.#take(() => bytes, maxBytes) };
  }

  async #take(lengthWanted: () => number | undefined, maxBytes: number): Promise<Buffer> {
    for (;;) {
      const wanted = lengthWanted();
      if (wanted !== undefined && wanted <= this.#length) return this.#cut(wanted);
      if (this.#length > maxBytes) throw this.#refuse('tooLarge');
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #findLineEnd(): number | undefined {
    let before = 0;
    for (const chunk of this.#chunks) {
      const at = chunk.indexOf(0x0a);
      if (at >= 0) return before + at + 1;
      before += chunk.length;
    }
    return undefined;
  }

  #cut(length: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#length -= length;
    this.#chunks = this.#length > 0 ? [all.subarray(length)] : [];
    return all.subarray(0, length);
  }

  #refuse(reason: 'tooLarge' | 'malformed'): BrokenFrameError {
    const error = new BrokenFrameError(reason);
    this.#error = error;
    this.#chunks = [];
    this.#length = 0;
    return error;
  }
}

function parseHeader(line: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(line);
    if (typeof header === 'object' && header !== null) return header as Record<string, unknown>;
  } catch {
    // not JSON: the same sentence as for JSON of another shape
  }
  throw new BrokenFrameError('malformed');
}
