import type { NextFunction, Request, Response } from 'express';
import type { IdentityReader } from '../auth/identity.js';

/** Largest request, in bytes: an app file of 10 MiB as JSON text. */
export const BODY_LIMIT = 16 * 1024 * 1024;
/** Largest request of somebody who is not signed in, in bytes. */
const OPEN_BODY_LIMIT = 64 * 1024;

/** A large body, or one of unknown length, is read for members only. */
export function refuseLargeBodiesOfNobody(identities: IdentityReader) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const length = Number(request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0));
    if (length <= OPEN_BODY_LIMIT) return next();
    identities.read(request).then(
      (identity) => {
        if (identity) return next();
        // the rest is not read: whoever goes on sending is cut off
        response.setHeader('connection', 'close');
        response.status(413).json({ code: 'request.tooLarge', message: 'Sign in to send that much.' });
      },
      (error: unknown) => next(error),
    );
  };
}
