import { createOutboundHttp } from '@tenon/outbound-http';
import type { OutboundHttp } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { CONFIG, type ApiConfig } from '../parts.js';
import { appFileText, tooLarge } from './app-file-text.js';
import { fetchFile } from './fetch-file.js';
import { importErrors } from './import-errors.js';
import { isArchive, readArchive, type GivenFile, type ReadArchive } from './read-archive.js';
import { MAX_FILE_BYTES } from '@tenon/dsl';

/** Each may hold 15 MiB. */
const MAX_AT_ONCE = 4;
const MAX_WAITING = 20;
const RETRY_MS = 5_000;

/** Finds the app files in what somebody gives. Nothing is kept of it. */
@Injectable()
export class ImportService {
  private readonly http: OutboundHttp;
  private readonly inTurn = pLimit(MAX_AT_ONCE);

  constructor(@Inject(CONFIG) { outbound }: ApiConfig) {
    this.http = createOutboundHttp({ allow: outbound.allow });
  }

  /** The files of a zip. @throws import.* */
  openArchive(bytes: Buffer): Promise<ReadArchive> {
    if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge('The zip');
    return this.takeTurn(() => readArchive(bytes));
  }

  /** The file at a public address, or the files of the zip there. @throws import.*, outbound.* */
  openAddress(url: string): Promise<ReadArchive> {
    return this.takeTurn(async () => {
      const { name, bytes } = await fetchFile(this.http, url);
      if (isArchive(bytes)) return readArchive(bytes);
      const file: GivenFile = { name, content: appFileText(bytes, 'What lies there') };
      return { files: [file], leftOut: 0 };
    });
  }

  private async takeTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.inTurn.pendingCount >= MAX_WAITING)
      throw importErrors.busy('Too many files are being opened; try again in a moment.', { retryAfterMs: RETRY_MS });
    return this.inTurn(work);
  }
}
