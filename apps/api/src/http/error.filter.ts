import { isTenonError, isWorthRetrying, type ErrorKind, type TenonError } from '@tenon/base';
import type { Logger } from '@tenon/ports';
import { Catch, HttpException, Inject, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LOGGER } from '../parts.js';
import { ConsolePages } from '../site/console-pages.js';
import { currentRequestId } from './request-id.js';

/** The HTTP status for each kind of error. */
export const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  missing: 404,
  denied: 403,
  conflict: 409,
  limited: 429,
  unavailable: 503,
  internal: 500,
};
const RETRY_SECONDS = 2;
/** Of all that is denied, this alone is mended by signing in. */
const NOBODY = 'auth.required';

/** What a REST caller sees of an error; GraphQL has its own, see graphql/format-error.ts. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() private readonly pages?: ConsolePages,
  ) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return error;
    const response = host.switchToHttp().getResponse<Response>();
    const requestId = currentRequestId();
    const refusal = refusalOf(error);
    if (refusal?.status === 404 && this.pages?.isAskedFor(host.switchToHttp().getRequest<Request>()))
      return this.pages.show(response);
    if (refusal) return response.status(refusal.status).json({ ...refusal.body, requestId });
    if (isTenonError(error) && error.kind !== 'internal') {
      const seconds = Math.ceil((error.retryAfterMs ?? RETRY_SECONDS * 1_000) / 1_000);
      if (isWorthRetrying(error.kind)) response.setHeader('retry-after', seconds);
      return response.status(statusOf(error)).json({ code: error.code, message: error.message, requestId });
    }
    this.logger.error(
      { requestId, error: error instanceof Error ? error.stack : String(error) },
      'a request met a bug',
    );
    return response.status(500).json({ code: 'internal', message: 'Something went wrong on our side.', requestId });
  }
}

function statusOf({ code, kind }: TenonError): number {
  return code === NOBODY ? 401 : STATUS[kind];
}

/** What a route has thrown to be shown, or what the server itself has found wrong with the request. */
function refusalOf(error: unknown): { readonly status: number; readonly body: object } | undefined {
  const { status, message } = error as { readonly status?: unknown; readonly message: string };
  if (error instanceof HttpException) {
    const body = error.getResponse();
    if (typeof body === 'object' && 'code' in body) return { status: error.getStatus(), body };
  }
  // those of body-parser have a status and are of no class of ours
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  if (status === 404) return { status, body: { code: 'route.missing', message: 'There is nothing here.' } };
  if (status === 413) return { status, body: { code: 'request.tooLarge', message: 'The request is too large.' } };
  if (status === 415)
    return { status, body: { code: 'request.encoded', message: 'Send the request as it is, not compressed.' } };
  return { status, body: { code: 'request.unreadable', message: `The request cannot be read: ${message}.` } };
}
