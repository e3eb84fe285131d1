import { currentLogFields, withLogFields } from '@tenon/platform';
import type { Logger } from '@tenon/ports';
import type { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

const HEADER = 'x-request-id';
/** What a caller may name its request; everything else would spoil logs. */
const SANE = /^[\w.:-]{1,128}$/;

/**
 * Gives each request a name: the caller's own where it is sane. The answer, every line that is logged for the request,
 * and the run that it starts carry it.
 */
export function nameRequests(logger: Logger) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = request.headers[HEADER];
    const requestId = typeof given === 'string' && SANE.test(given) ? given : randomUUID();
    response.setHeader(HEADER, requestId);
    withLogFields({ requestId }, () => {
      const startedMs = performance.now();
      response.on('close', () => {
        const { method, path } = request;
        const ms = Math.round(performance.now() - startedMs);
        logger.debug({ requestId, method, path, status: response.statusCode, ms }, 'a request was answered');
      });
      next();
    });
  };
}

/** The name of the request in hand; a new one where there is none, such as in a subscription. */
export function currentRequestId(): string {
  const { requestId } = currentLogFields();
  return typeof requestId === 'string' ? requestId : randomUUID();
}
