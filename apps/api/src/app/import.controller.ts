import { MAX_TEXT_BYTES } from '@tenon/dsl';
import { Controller, HttpException, Post, Res, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Identity } from '@tenon/database';
import type { Response } from 'express';
import { AllowTo } from '../auth/access.guard.js';
import { AppService } from './app.service.js';
import { toIssue } from './app.types.js';

/** `POST /api/import`: an app file as the field `file` of a form. Answers 201 with the app, or 422 with the issues. */
@Controller('api/import')
export class ImportController {
  constructor(private readonly service: AppService) {}

  @AllowTo('member')
  @Post()
  @UseInterceptors(FileInterceptor('file', { limits: { files: 1, fields: 0, fileSize: MAX_TEXT_BYTES + 1 } }))
  async import(@Res({ passthrough: true }) response: Response, @UploadedFile() file?: { readonly buffer: Buffer }) {
    const identity = response.locals['identity'] as Identity;
    if (!file)
      throw new HttpException({ code: 'import.noFile', message: 'Send the app file as the field "file".' }, 400);
    const taken = await this.service.importApp(identity, { content: file.buffer.toString('utf8') });
    const issues = taken.issues.map(toIssue);
    if (!taken.ok)
      throw new HttpException({ code: 'definition.unreadable', message: 'The file cannot be taken in.', issues }, 422);
    return { app: { id: taken.value.id, name: taken.value.name, mode: taken.value.mode }, issues };
  }
}
