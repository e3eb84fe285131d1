import { FileRepository, type FileRecord, type Identity } from '@tenon/database';
import type { ObjectStore } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { OBJECTS } from '../parts.js';
import { bareName, mediaTypeOf } from './file-name.js';

/** Keeping what people upload. */
@Injectable()
export class FileService {
  constructor(
    private readonly files: FileRepository,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  /**
   * Keeps a file: its bytes first, so that a file that is there can be read.
   * @param name  as its sender wrote it
   * @throws object.full, object.unavailable
   */
  async store({ teamId, memberId }: Identity, name: string, bytes: Uint8Array): Promise<FileRecord> {
    const bare = bareName(name);
    const mediaType = mediaTypeOf(bare);
    const objectKey = `files/${teamId}/${createHash('sha256').update(bytes).digest('hex')}`;
    if (!(await this.objects.renew(objectKey))) await this.objects.put(objectKey, bytes, mediaType);
    return this.files.create(teamId, memberId, { name: bare, mediaType, sizeBytes: bytes.byteLength, objectKey });
  }
}
