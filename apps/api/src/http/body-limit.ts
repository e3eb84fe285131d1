import { defineErrors, MemoryRoom } from '@tenon/base';
import { HttpException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IdentityReader } from '../auth/identity.js';

const MIB = 1024 * 1024;
/** Largest request, in bytes: an app file of 10 MiB as JSON text. */
export const BODY_LIMIT = 16 * MIB;
/** Larger requests, in bytes, are for members, and wait until there is room for them. */
const SMALL_BODY = 64 * 1024;

const requestErrors = defineErrors('request', { noRoom: 'unavailable' });

/** Where the bodies of requests take their memory; of either a team leaves as much to all others as it holds. */
export interface BodyRooms {
  /** For what comes, before it is read. */
  readonly bytes: MemoryRoom;
  /** For what JSON becomes, before it is parsed. */
  readonly values: MemoryRoom;
}

/** The rooms of a process with this much heap. What JSON becomes is reckoned as the worst that it can be. */
export function createBodyRooms(heapBytes: number): BodyRooms {
  return {
    bytes: new MemoryRoom(heapBytes / 8, SMALL_BODY),
    values: new MemoryRoom(Math.min(heapBytes / 2, 256 * MIB), 2 * SMALL_BODY),
  };
}

/**
 * Takes room for a body until its request is answered, when it is more than a small one; waits for it a while.
 * @returns whether anybody is there to go on for
 * @throws request.tooLarge, request.noRoom
 */
export type BodyGate = (room: MemoryRoom, bytes: number, request: Request, response: Response) => Promise<boolean>;

/** The gate for large bodies, which is open to members alone. */
export function createBodyGate(identities: IdentityReader, patienceMs: number): BodyGate {
  return async (room, bytes, request, response) => {
    if (bytes <= room.freeBytes) return true;
    const identity = await identities.read(request);
    if (!identity) throw tooLarge('Sign in to send that much.', response);
    if (bytes > room.mostOfOwnerBytes)
      throw tooLarge('The request holds more values than there is memory for; send less at once.', response);
    // what was sent whole is worked on to its end, also when nobody waits for the answer any more
    const isLeft = () => response.destroyed && !(request.complete && request.method === 'POST');
    if (isLeft()) return false;
    const memory = room.enter(identity.teamId);
    response.on('prefinish', () => memory.leave());
    response.on('close', () => isLeft() && memory.leave());
    const noRoom = requestErrors.noRoom('Too many large requests are under way; send it again in a moment.');
    const patience = setTimeout(() => memory.stop(noRoom), patienceMs);
    try {
      await memory.take(bytes);
    } catch (error) {
      if (!isLeft()) throw error;
    } finally {
      clearTimeout(patience);
    }
    return !isLeft();
  };
}

/** A large body is read when there is room for it; until then its bytes stay where they come from. */
export function waitForRoom(gate: BodyGate, room: MemoryRoom): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    if (await gate(room, Math.min(lengthOf(request), BODY_LIMIT), request, response)) next();
  };
}

function lengthOf({ headers }: Request): number {
  return Number(headers['content-length'] ?? (headers['transfer-encoding'] ? Infinity : 0));
}

function tooLarge(message: string, response: Response): Error {
  // the rest is not read: whoever goes on sending is cut off
  response.setHeader('connection', 'close');
  return new HttpException({ code: 'request.tooLarge', message }, 413);
}
