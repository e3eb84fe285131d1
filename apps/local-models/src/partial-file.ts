import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pullErrors } from './errors.js';
import { assertHash } from './model-files.js';
import type { ModelManifest } from './manifest.js';

/**
 * The beginning of a model file, growing at its end. It survives interruptions: whatever it holds counts again at the
 * next try, and the hash over the whole decides at the end.
 */
export class PartialFile {
  private constructor(
    private readonly handle: fs.promises.FileHandle,
    private readonly file: string,
    private hash: Hash,
    private written: number,
  ) {}

  /** Opens or makes `<folder>/<file name>.partial` and reads what it already holds. */
  static async open(model: ModelManifest, folder: string): Promise<PartialFile> {
    const file = path.join(folder, `${model.fileName}.partial`);
    const handle = await fs.promises.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    const partial = new PartialFile(handle, file, createHash('sha256'), 0);
    const { size } = await handle.stat();
    await partial.truncate(Math.min(size, model.bytes));
    return partial;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.written;
  }

  /** Cuts the file to `bytes`, which must not be more than it has. */
  async truncate(bytes: number): Promise<void> {
    await this.handle.truncate(bytes);
    this.hash = createHash('sha256');
    this.written = 0;
    const buffer = Buffer.alloc(1 << 20);
    while (this.written < bytes) {
      const { bytesRead } = await this.handle.read(
        buffer,
        0,
        Math.min(buffer.length, bytes - this.written),
        this.written,
      );
      if (bytesRead === 0) throw new Error(`${this.file} became shorter while it was read`);
      this.hash.update(buffer.subarray(0, bytesRead));
      this.written += bytesRead;
    }
  }

  /**
   * Appends all of `source`, at most up to `limit` bytes of the file.
   * @param onBytes  told the length of the file after each write
   * @throws         pull.wrongPiece when the source holds more; pull.diskFull; whatever the source throws
   */
  async append(source: AsyncIterable<Uint8Array>, limit: number, onBytes: (bytes: number) => void): Promise<void> {
    for await (const chunk of source) {
      if (this.written + chunk.length > limit) {
        throw pullErrors.wrongPiece(`${this.file} would become longer than the ${limit} bytes it may have here.`);
      }
      await this.write(chunk);
      onBytes(this.written);
    }
  }

  private async write(chunk: Uint8Array): Promise<void> {
    let offset = 0;
    while (offset < chunk.length) {
      const { bytesWritten } = await this.handle
        .write(chunk, offset, chunk.length - offset, this.written)
        .catch((cause: unknown) => {
          if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
          throw pullErrors.diskFull(`The disk is full at ${path.dirname(this.file)}. Free some space and try again.`, {
            cause,
          });
        });
      this.hash.update(chunk.subarray(offset, offset + bytesWritten));
      this.written += bytesWritten;
      offset += bytesWritten;
    }
  }

  /**
   * Gives the complete file its name, after its hash was found right and it is safely on the disk.
   * A file with another hash is deleted.
   * @throws pull.hashMismatch
   */
  async finish(model: ModelManifest): Promise<string> {
    const target = path.join(path.dirname(this.file), model.fileName);
    try {
      assertHash(model, this.hash.copy().digest('hex'), this.file);
    } catch (error) {
      fs.rmSync(this.file, { force: true });
      throw error;
    }
    await this.handle.sync();
    fs.renameSync(this.file, target);
    return target;
  }

  /** Closes the file and leaves it where it is. */
  async close(): Promise<void> {
    await this.handle.close();
  }
}
