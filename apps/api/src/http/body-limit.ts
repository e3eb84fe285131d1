import { defineErrors, MemoryRoom } from '@tenon/base';
import type { NextFunction, Request, Response } from 'express';
import type { IdentityReader } from '../auth/identity.js';

/** Largest request, in bytes: an app file of 10 MiB as JSON text. */
export const BODY_LIMIT = 16 * 1024 * 1024;
/** Larger requests, in bytes, are for members, and wait until there is room for them. */
const SMALL_BODY = 64 * 1024;
/** Of this process's heap, what large bodies may take as they came: they are in it as text, as a value and in what is made of it. */
const BODIES_SHARE = 1 / 8;

const requestErrors = defineErrors('request', { noRoom: 'unavailable' });

/** A large body, or one of unknown length, is read for members only. */
export function refuseLargeBodiesOfNobody(identities: IdentityReader) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (lengthOf(request) <= SMALL_BODY) return next();
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

/** Where the bodies of requests take their memory. */
export function createBodyRoom(heapBytes: number): MemoryRoom {
  return new MemoryRoom(heapBytes * BODIES_SHARE, SMALL_BODY);
}

/** A large body is read when there is room for it; until then its bytes stay where they come from. */
export function waitForRoom(room: MemoryRoom, patienceMs: number) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const bytes = Math.min(lengthOf(request), BODY_LIMIT);
    if (bytes <= SMALL_BODY) return next();
    const memory = room.enter();
    response.on('prefinish', () => memory.leave());
    // what was sent whole is worked on to its end, also when nobody waits for the answer any more
    response.on('close', () => {
      if (!request.complete || request.method !== 'POST') memory.leave();
    });
    const noRoom = requestErrors.noRoom('Too many large requests are under way; send it again in a moment.');
    const patience = setTimeout(() => memory.stop(noRoom), patienceMs);
    Promise.resolve(memory.take(bytes))
      .finally(() => clearTimeout(patience))
      .then(
        () => next(),
        (error: unknown) => !response.destroyed && next(error),
      );
  };
}

function lengthOf({ headers }: Request): number {
  return Number(headers['content-length'] ?? (headers['transfer-encoding'] ? Infinity : 0));
}
