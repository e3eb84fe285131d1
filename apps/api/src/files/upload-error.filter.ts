import {
  BadRequestException,
  Catch,
  PayloadTooLargeException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { Response } from 'express';

/** Largest file that is taken, in bytes. */
export const MAX_FILE_BYTES = 15 * 1024 * 1024;

/** Says in our own words why a form with a file was not taken. */
@Catch(PayloadTooLargeException, BadRequestException)
export class UploadErrorFilter implements ExceptionFilter {
  catch(error: PayloadTooLargeException | BadRequestException, host: ArgumentsHost): void {
    const isTooLarge = error instanceof PayloadTooLargeException;
    const answer = isTooLarge
      ? { code: 'file.tooLarge', message: 'A file has at most 15 MB; give a smaller one.' }
      : {
          code: 'file.invalidUpload',
          message: `Send one file as the field "file" and nothing else: ${error.message}.`,
        };
    host.switchToHttp().getResponse<Response>().status(error.getStatus()).json(answer);
  }
}
