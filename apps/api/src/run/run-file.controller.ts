import type { RunId } from '@tenon/base';
import type { Identity } from '@tenon/database';
import type { Logger } from '@tenon/ports';
import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AllowTo } from '../auth/access.guard.js';
import { idFrom } from '../graphql/id.js';
import { LOGGER } from '../parts.js';
import { RunFile } from './run-file.js';

/** `GET /api/runs/<id>/file`: the whole record of a run as a download. It is read as fast as it is taken. */
@Controller('api/runs')
export class RunFileController {
  constructor(
    private readonly file: RunFile,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @AllowTo('member')
  @Get(':run/file')
  async download(@Param('run') run: string, @Res() response: Response): Promise<void> {
    const runId = idFrom<RunId>(run);
    const pieces = await this.file.read(response.locals['identity'] as Identity, runId);
    response
      .setHeader('content-disposition', `attachment; filename="run-${runId}.json"`)
      .setHeader('content-type', 'application/json')
      .setHeader('cache-control', 'private, no-store');
    try {
      await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), response);
    } catch (error) {
      // its beginning is sent, so that all that can be said now is that it is cut off
      if (!isLeft(error)) this.logger.error({ runId, error: String(error) }, 'a run could not be read to its end');
      response.destroy();
    }
  }
}

/** Whoever took it has gone. */
function isLeft(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}
