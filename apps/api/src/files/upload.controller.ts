import type { Identity } from '@tenon/database';
import { fileTypeOf } from '@tenon/engine';
import { Controller, HttpException, Post, Res, UploadedFile, UseFilters, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Response } from 'express';
import { AllowTo } from '../auth/access.guard.js';
import { extensionOf } from './file-name.js';
import { FileService } from './file.service.js';
import { MAX_FILE_BYTES, UploadErrorFilter } from './upload-error.filter.js';

/**
 * `POST /api/files`: one file as the field `file` of a form. Answers 201 with what it was taken for; `id` is the
 * `upload_file_id` by which inputs of a run name it.
 */
@Controller('api/files')
export class UploadController {
  constructor(private readonly service: FileService) {}

  @AllowTo('member')
  @Post()
  @UseFilters(UploadErrorFilter)
  @UseInterceptors(
    FileInterceptor('file', {
      limits: { files: 1, fields: 0, fileSize: MAX_FILE_BYTES },
      defParamCharset: 'utf8',
    }),
  )
  async upload(
    @Res({ passthrough: true }) response: Response,
    @UploadedFile() file?: { readonly originalname: string; readonly buffer: Buffer },
  ) {
    if (!file) throw new HttpException({ code: 'file.none', message: 'Send one file as the field "file".' }, 400);
    const { identity } = response.locals as { identity: Identity };
    const { id, name, mediaType, sizeBytes } = await this.service.store(identity, file.originalname, file.buffer);
    const extension = extensionOf(name);
    return {
      id,
      name,
      size: sizeBytes,
      extension: extension.slice(1) || null,
      mime_type: mediaType,
      type: fileTypeOf(extension),
    };
  }
}
