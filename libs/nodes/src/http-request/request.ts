import { fillTemplate, type Lookup } from '@tenon/engine';
import { Buffer } from 'node:buffer';
import { requestErrors } from '../run/errors.js';
import { buildBody, type FetchFile, type RequestBody } from './body.js';
import type { HttpInstruction } from './definition.js';
import { findHeader, readHeaders, readParameters, setHeader } from './fields.js';

/** A request with everything filled in. */
export interface FilledRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** What people are shown of the body. */
  readonly shownBody: string;
  /** The header that carries the key. */
  readonly keyHeader?: string;
}

/**
 * Fills in the author's texts.
 * @param idempotencyKey goes along with requests that change something, unless the author sends one
 * @throws request.*
 */
export async function buildRequest(
  instruction: HttpInstruction,
  lookup: Lookup,
  fetchFile: FetchFile,
  idempotencyKey: string,
): Promise<FilledRequest> {
  const { method, authorization } = instruction;
  if (method === 'options') throw requestErrors.invalidMethod('A request cannot have the method OPTIONS.');
  const url = buildUrl(instruction, lookup);
  const headers = readHeaders(instruction.headers, lookup);
  const body = await buildBody(instruction.body, lookup, fetchFile);
  setContentType(headers, body);
  if (method !== 'get' && method !== 'head' && findHeader(headers, 'idempotency-key') === undefined)
    headers.set('Idempotency-Key', idempotencyKey);
  const keyHeader = authorization ? authorize(authorization, headers, lookup) : undefined;
  return {
    method: method.toUpperCase(),
    url: url.href,
    headers: Object.fromEntries(headers),
    ...(body.bytes === undefined ? {} : { body: body.bytes }),
    shownBody: body.shown,
    ...(keyHeader === undefined ? {} : { keyHeader }),
  };
}

function buildUrl({ url: template, params }: HttpInstruction, lookup: Lookup): URL {
  const text = fillTemplate(template, lookup).trim();
  // eslint-disable-next-line no-control-regex -- a line break in an address is an attempt to add headers
  if (!/^https?:\/\//i.test(text) || /[\0-\x1f]/.test(text) || !URL.canParse(text)) {
    // quoted as a whole or not at all: a part of a secret would not be recognised and hidden
    const quoted = text.length > 200 ? '' : `, but it is "${text}"`;
    throw requestErrors.invalidUrl(`The URL must be a whole address that starts with http:// or https://${quoted}.`);
  }
  const url = new URL(text);
  const extra = new URLSearchParams(readParameters(params, lookup)).toString();
  // appended as text, since `searchParams` would write the address's own query in another way
  if (extra !== '') url.search = url.search.length > 1 ? `${url.search}&${extra}` : extra;
  return url;
}

function setContentType(headers: Map<string, string>, { contentType, hasFiles }: RequestBody): void {
  if (contentType === undefined) return;
  const written = findHeader(headers, 'content-type');
  const lacksBoundary = contentType.startsWith('multipart/') && /^multipart\/(?!.*boundary=)/i.test(written ?? '');
  if (written === undefined || hasFiles || lacksBoundary) setHeader(headers, 'Content-Type', contentType);
}

/** Sets the header that carries the key, and gives its name. */
function authorize(
  { type, key: template, header }: NonNullable<HttpInstruction['authorization']>,
  headers: Map<string, string>,
  lookup: Lookup,
): string {
  const key = fillTemplate(template, lookup).trim();
  if (key === '') throw requestErrors.invalidAuthorization('API key is required.');
  const name = fillTemplate(header, lookup).trim() || 'Authorization';
  const credentials = key.includes(':') ? Buffer.from(key, 'utf8').toString('base64') : key;
  const values = { bearer: `Bearer ${key}`, basic: `Basic ${credentials}`, custom: key };
  setHeader(headers, name, values[type]);
  return name;
}
