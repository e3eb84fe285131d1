import type { MemoryRoom } from '@tenon/base';
import { HttpException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { BodyGate } from './body-limit.js';

/**
 * Heap that a sign of JSON outside of texts may cost, in bytes, of those that begin a value or set two apart. Most cost
 * less than half of it; objects of which each has keys of its own cost about as much.
 */
const BYTES_PER_SIGN = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SIGNS: ReadonlySet<number> = new Set(Buffer.from('{[,:'));

/** Parses a body of JSON that was read, when there is room for what it becomes: much more than it was when it is dense. */
export function parseJsonBody(gate: BodyGate, room: MemoryRoom): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const body: unknown = request.body;
    if (!Buffer.isBuffer(body)) return next();
    if (!(await gate(room, parsedBytes(body), request, response))) return;
    request.body = parse(body);
    next();
  };
}

/** Heap that the text and the values of JSON take at most, in bytes. */
export function parsedBytes(json: Buffer): number {
  let signs = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    if (byte === QUOTE) isText = !isText;
    else if (isText) at += byte === BACKSLASH ? 1 : 0;
    else if (SIGNS.has(byte)) signs++;
  }
  return 2 * json.length + BYTES_PER_SIGN * signs;
}

function parse(body: Buffer): object {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw unreadable((error as Error).message);
  }
  throw unreadable('it is no object');
}

function unreadable(why: string): Error {
  return new HttpException({ code: 'request.unreadable', message: `The request cannot be read: ${why}.` }, 400);
}
