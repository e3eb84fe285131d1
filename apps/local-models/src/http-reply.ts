import { isTenonError, type ErrorKind, type Json, type JsonObject, type TenonError } from '@tenon/base';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chatErrors } from './errors.js';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  denied: 401,
  missing: 404,
  conflict: 409,
  limited: 429,
  internal: 500,
  unavailable: 503,
};
const types: Readonly<Record<ErrorKind, string>> = {
  invalid: 'invalid_request_error',
  denied: 'authentication_error',
  missing: 'invalid_request_error',
  conflict: 'invalid_request_error',
  limited: 'rate_limit_error',
  internal: 'server_error',
  unavailable: 'server_error',
};

/** The whole body as JSON; an empty one is undefined. Throws `chat.invalid_request`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) throw chatErrors.invalid_request(`The body has more than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (cause) {
    throw chatErrors.invalid_request('The body is not JSON.', { cause });
  }
}

export function sendJson(response: ServerResponse, status: number, body: Json | object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

/** Answers with an error as this interface has them. Anything that is not our error shows no particulars. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const known = isTenonError(error) ? error : undefined;
  if (known?.retryAfterMs !== undefined) {
    response.setHeader('retry-after', String(Math.ceil(known.retryAfterMs / 1000)));
  }
  sendJson(response, known ? statuses[known.kind] : 500, errorBody(known));
}

/** `{ error: { message, type, param, code } }`; `code` is the part of ours behind the dot. */
export function errorBody(error: TenonError | undefined): JsonObject {
  if (!error) {
    return {
      error: { message: 'The local model process met an error.', type: 'server_error', param: null, code: null },
    };
  }
  const { message, kind, code, details } = error;
  return {
    error: { message, type: types[kind], param: details['param'] ?? null, code: code.slice(code.indexOf('.') + 1) },
  };
}

/** A stream of server-sent events that opens at the first thing sent. */
export class EventStream {
  constructor(private readonly response: ServerResponse) {}

  get isOpen(): boolean {
    return this.response.headersSent;
  }

  send(data: JsonObject): void {
    this.open();
    this.response.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  /** A comment: readers skip it, and the connection is seen to live. */
  ping(): void {
    this.open();
    this.response.write(': still here\n\n');
  }

  end(): void {
    this.response.end('data: [DONE]\n\n');
  }

  /** Ends a stream that cannot go on: the reason takes the place of the rest. */
  fail(error: TenonError | undefined): void {
    this.send(errorBody(error));
    this.response.end();
  }

  private open(): void {
    if (this.isOpen) return;
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
  }
}
