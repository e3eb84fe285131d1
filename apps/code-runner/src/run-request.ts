import { defineErrors } from '@tenon/base';
import type { IncomingMessage } from 'node:http';
import type { Job } from './sandbox.js';

/** Requests that cannot be served as they are. */
export const requestErrors = defineErrors('request', { invalid: 'invalid', tooLarge: 'limited' });

export const languages = ['python3', 'javascript'] as const;
export type LanguageName = (typeof languages)[number];

/** What a caller wants to be run. */
export interface RunRequest extends Job {
  readonly language: LanguageName;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_TIMEOUT_MS = 3_600_000;

/** Bytes of the body that are kept at most; a request that does not say how long it is may be as long as it is allowed. */
export function sizeOf({ headers }: IncomingMessage): number {
  const length = Number(headers['content-length'] ?? MAX_BYTES);
  return length <= MAX_BYTES ? length : 0; // one that is too long is read and dropped
}

/**
 * Reads the body of `POST /run`.
 * @throws  `request.tooLarge` beyond 16 MiB (the rest is read and dropped, so that the answer arrives),
 *          `request.invalid` when a field is missing, unknown or of another type
 */
export async function readRunRequest(request: IncomingMessage): Promise<RunRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (length > MAX_BYTES) throw requestErrors.tooLarge('The code and its inputs are larger than the limit of 16 MiB.');
  return checkRunRequest(parse(Buffer.concat(chunks).toString()));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw requestErrors.invalid('The body is not JSON.', { cause });
  }
}

function checkRunRequest(body: unknown): RunRequest {
  if (typeof body !== 'object' || body === null) throw requestErrors.invalid('The body is not a JSON object.');
  const { language, code, inputs, timeoutMs, ...unknown } = body as Record<string, unknown>;
  const [extra] = Object.keys(unknown);
  if (extra !== undefined)
    throw requestErrors.invalid(`The field ${JSON.stringify(extra.slice(0, 100))} is not known.`);
  const name = languages.find((known) => known === language);
  if (!name) throw requestErrors.invalid(`language must be one of ${languages.join(', ')}.`);
  if (typeof code !== 'string') throw requestErrors.invalid('code must be text.');
  if (typeof inputs !== 'string') throw requestErrors.invalid('inputs must be JSON text.');
  if (!Number.isInteger(timeoutMs) || (timeoutMs as number) < 1 || (timeoutMs as number) > MAX_TIMEOUT_MS) {
    throw requestErrors.invalid(`timeoutMs must be a whole number from 1 to ${MAX_TIMEOUT_MS}.`);
  }
  return { language: name, code, inputs, timeoutMs: timeoutMs as number };
}
