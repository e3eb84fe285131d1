import { outboundErrors, type OutboundRequest } from '@tenon/ports';
import { checkHeaders, checkMethod, parseUrl, type Header } from './check-request.js';

/** One message of a request: the first, or one that follows a redirect. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Header[];
  readonly body?: string | Uint8Array;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Names under which flows carry keys; these and the standard ones stay with the origin they were meant for. */
const CREDENTIALS = /auth|cookie|credential|key|secret|session|signature|token/i;
const BODY_HEADERS = /^content-/i;

/** Headers sent unless the request names them. */
const DEFAULT_HEADERS = { Accept: '*/*', 'Accept-Encoding': 'gzip, deflate, br', 'User-Agent': 'Tenon' };

/** @throws outbound.invalidUrl, outbound.invalidHeader */
export function firstHop(request: OutboundRequest): Hop {
  const method = checkMethod(request.method);
  const { url, basic } = takeCredentials(parseUrl(request.url));
  const given = Object.entries(request.headers);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const added = Object.entries({ ...DEFAULT_HEADERS, ...basic }).filter(([name]) => !names.has(name.toLowerCase()));
  const headers = checkHeaders(Object.fromEntries([...added, ...given]), url);
  return { method, url, headers, ...(request.body === undefined ? {} : { body: request.body }) };
}

/**
 * Where a reply sends its client, if it does. Other origins get no credentials; 303, and 301 and 302 after a POST,
 * turn into a GET without body, as browsers do.
 * @throws outbound.invalidUrl
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const { url, basic } = takeCredentials(parseUrl(location, hop.url));
  const isSameOrigin = url.origin === hop.url.origin;
  const isGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST';
  const headers = hop.headers.filter(
    ([name]) => (isSameOrigin || !CREDENTIALS.test(name)) && !(isGet && BODY_HEADERS.test(name)),
  );
  const authorised = basic && isSameOrigin ? [...headers, ...Object.entries(basic)] : headers;
  if (isGet) return { method: 'GET', url, headers: authorised };
  return { ...hop, url, headers: authorised };
}

/** @throws outbound.tooManyRedirects when more than `limit` redirects were followed */
export function checkRedirects(followed: number, limit: number, url: URL): void {
  if (followed > limit) {
    throw outboundErrors.tooManyRedirects(`${url.origin} redirects more than ${limit} times.`, {
      details: { url: url.href },
    });
  }
}

/** A user name and password in a URL are sent as a header and are no part of what is shown. */
function takeCredentials(given: URL): { readonly url: URL; readonly basic?: { readonly Authorization: string } } {
  const url = new URL(given);
  url.hash = '';
  if (url.username === '' && url.password === '') return { url };
  const pair = `${decode(url.username)}:${decode(url.password)}`;
  url.username = '';
  url.password = '';
  return { url, basic: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw outboundErrors.invalidUrl('The user name or password in the URL is not percent-encoded.', { cause: error });
  }
}
