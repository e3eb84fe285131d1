import { isTenonError, type ErrorOptions, type JsonObject, type TenonError } from '@tenon/base';
import { modelErrors } from '@tenon/ports';
import { APIConnectionError, APIError } from 'openai';
import type { ModelEndpoint } from './endpoint.js';
import { replyTooLarge } from './reply-limit.js';

/** Whom a failed call asked, for messages. */
export interface Asked {
  readonly endpoint: ModelEndpoint;
  /** Absent when the call was about no model. */
  readonly model?: string;
}

const CONTEXT_TOO_LONG =
  /context[ _](length|window|size)|maximum context|too many (input |prompt )?tokens|(prompt|input|request) is too (long|large)|exceed\w* .*(token|context)/i;
/** Codes of the system and of the HTTP library, not those of Node's own argument checks. */
const NETWORK_CODE = /^(UND_ERR_|E(?!RR_)|ERR_SSL_)/;
const MESSAGE_LIMIT = 300;

/** What a failure of the vendor, its client or the network means. Our own errors pass; the key never does. */
export function toModelError(error: unknown, asked: Asked): TenonError {
  if (isTenonError(error)) return error;
  if (error instanceof APIConnectionError) return fromConnection(error, asked);
  if (error instanceof APIError) return fromVendor(error as APIError, asked);
  const failure = error as Error;
  const options = optionsOf(failure, asked);
  if (codeOf(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return replyTooLarge(whoIs(asked));
  }
  if (failure.name === 'SyntaxError') {
    return modelErrors.brokenReply(`${whoIs(asked)} sent a reply that is not valid JSON.`, options);
  }
  if (NETWORK_CODE.test(codeOf(error) ?? '') || failure.message === 'terminated') {
    return modelErrors.cutStream(`The connection to ${whoIs(asked)} broke off in the middle of the answer.`, options);
  }
  throw error;
}

/** `openai gpt-4o`, as messages name it. */
export function whoIs({ endpoint, model }: Asked): string {
  return model === undefined ? endpoint.provider : `${endpoint.provider} ${model}`;
}

/** The status of an answer, also of an error that a server sent inside a stream. */
export function statusOf(error: APIError): number | undefined {
  if (error.status !== undefined) return error.status;
  const code: unknown = error.code ?? (error.error as { status?: unknown } | undefined)?.status;
  if (typeof code === 'number') return code;
  if (/^\d{3}$/.test(String(code))) return Number(code);
  if (/rate_limit|quota/i.test(`${error.code} ${error.type}`)) return 429;
  return /invalid_request|context_length/i.test(`${error.code} ${error.type}`) ? 400 : undefined;
}

function fromVendor(error: APIError, asked: Asked): TenonError {
  const { endpoint } = asked;
  const who = whoIs(asked);
  const status = statusOf(error);
  const said = messageOf(error, asked);
  const details = {
    ...(status === undefined ? {} : { status }),
    ...(error.code ? { vendorCode: String(error.code) } : {}),
  };
  const options = optionsOf(error, asked, details);
  if (status === undefined) return modelErrors.unavailable(`${who} stopped with an error${said}`, options);
  if (status === 401 || status === 403) {
    // what the vendor says here often quotes the key
    return modelErrors.unauthorized(`${who} refused the API key (${status}); check it on the page Models.`, options);
  }
  if (status === 404) {
    const where = new URL(endpoint.baseUrl).href;
    return modelErrors.notFound(`${who} was not found at ${where}; check the model's name and the base URL.`, options);
  }
  if (status === 408) return modelErrors.timedOut(`${who} timed out (408)${said}`, options);
  if (status === 429) {
    const again = options.retryAfterMs ? `, again after ${Math.ceil(options.retryAfterMs / 1000)} s` : '';
    return modelErrors.rateLimited(`${who} limits how often it is asked (429${again})${said}`, options);
  }
  if (status >= 500) return modelErrors.unavailable(`${who} is unavailable (${status})${said}`, options);
  if (status >= 300 && status < 400) {
    const target = error.headers?.get('location') ?? 'another address';
    return modelErrors.badRequest(`${endpoint.provider} redirects to ${target}; set that as the base URL.`, options);
  }
  if (error.code === 'context_length_exceeded' || CONTEXT_TOO_LONG.test(error.message)) {
    return modelErrors.contextTooLong(`The prompt is too long for ${who}${said}`, options);
  }
  return modelErrors.badRequest(`${who} refused the request (${status})${said}`, options);
}

function fromConnection(error: APIConnectionError, asked: Asked): TenonError {
  const host = new URL(asked.endpoint.baseUrl).host;
  const code = codeOf(error);
  if (code === 'outbound.blockedAddress') {
    const message = `${asked.endpoint.provider} may not be asked at ${host}, where a machine is told about itself; TENON_OUTBOUND_ALLOW can open the address.`;
    return modelErrors.notConfigured(message, optionsOf(error, asked));
  }
  const reason = code === 'ENOTFOUND' ? 'there is no such host' : (code ?? 'no connection');
  const message = `${asked.endpoint.provider} at ${host} cannot be reached (${reason}).`;
  return modelErrors.unreachable(message, optionsOf(error, asked));
}

function optionsOf(error: Error, { endpoint, model }: Asked, more: JsonObject = {}): ErrorOptions {
  const details = { provider: endpoint.provider, ...(model === undefined ? {} : { model }), ...more };
  const retryAfterMs = error instanceof APIError ? readRetryAfter(error.headers) : undefined;
  // the client's error holds the vendor's whole reply, so only its text goes on
  const cause = new Error(redact(error.message, endpoint), { cause: codeOf(error) });
  return { details, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The vendor's words as the end of a sentence. */
function messageOf(error: APIError, { endpoint }: Asked): string {
  const body = error.error as { message?: unknown } | string | undefined;
  const text = typeof body === 'string' ? body : body?.message;
  if (typeof text !== 'string' || text.trim() === '') return '.';
  const line = redact(text, endpoint).replace(/\s+/g, ' ').trim();
  return `: ${line.length > MESSAGE_LIMIT ? `${line.slice(0, MESSAGE_LIMIT)}…` : line}`;
}

function redact(text: string, { apiKey }: ModelEndpoint): string {
  const key = apiKey?.trim();
  const without = key ? text.replaceAll(key, '[key]') : text;
  return without.replace(/\b(sk|pk)-[\w*.-]{8,}/g, '[key]').replace(/\bBearer\s+\S+/gi, 'Bearer [key]');
}

/** `Retry-After` in seconds or as a date by the clock of who answers, or the vendors' `retry-after-ms`. */
function readRetryAfter(headers: Headers | undefined): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? NaN);
  if (exact >= 0) return Math.ceil(exact);
  const text = headers?.get('retry-after');
  if (text === null || text === undefined || text === '') return undefined;
  const seconds = Number(text);
  const answeredAt = Date.parse(headers?.get('date') ?? '') || Date.now();
  const wait = Number.isNaN(seconds) ? Date.parse(text) - answeredAt : seconds * 1000;
  return Number.isNaN(wait) ? undefined : Math.max(0, Math.ceil(wait));
}

/** The system's or the HTTP library's code, wherever in the chain of causes it is. */
function codeOf(error: unknown): string | undefined {
  type Link = NodeJS.ErrnoException & { readonly errors?: readonly NodeJS.ErrnoException[]; readonly cause?: unknown };
  for (let at = error as Link | undefined, depth = 0; at && depth < 5; at = at.cause as Link | undefined, depth++) {
    const { code, errors } = at;
    if (typeof code === 'string' && code !== '') return code;
    if (errors?.[0]?.code) return errors[0].code;
  }
  return undefined;
}
