import { isHeaderName, isHeaderValue, isHttpToken } from '@tenon/base';
import { outboundErrors, type OutboundRequest } from '@tenon/ports';

// eslint-disable-next-line no-control-regex -- the URL parser would drop some of these silently
const CONTROL = /[\x00-\x1f\x7f]/;

/** These say how the message is framed: the client writes them itself. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'host', 'keep-alive']);
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE']);

/** One header as it is sent. */
export type Header = readonly [name: string, value: string];

/** Reads an http(s) URL. @throws outbound.invalidUrl */
export function parseUrl(text: string, base?: URL): URL {
  if (CONTROL.test(text)) throw outboundErrors.invalidUrl('The URL holds a line break or another control character.');
  if (!URL.canParse(text, base?.href)) throw outboundErrors.invalidUrl(`"${cut(text)}" is not a URL.`);
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw outboundErrors.invalidUrl(`"${cut(url.protocol)}" is not allowed in a URL; use http: or https:.`);
  }
  return url;
}

/** The method in capitals. @throws outbound.invalidHeader */
export function checkMethod(method: string): string {
  const name = method.toUpperCase();
  if (!isHttpToken(method) || FORBIDDEN_METHODS.has(name)) {
    throw outboundErrors.invalidHeader(`${JSON.stringify(cut(method))} is not a method that may be sent.`);
  }
  return name;
}

/**
 * The headers to send: the last of a name wins, what the client writes itself is left out.
 * @throws outbound.invalidHeader for what HTTP cannot carry, and for a `Host` that is not the URL's
 */
export function checkHeaders(headers: OutboundRequest['headers'], url: URL): readonly Header[] {
  const checked = new Map<string, Header>();
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    if (!isHeaderName(name)) {
      throw outboundErrors.invalidHeader(`${JSON.stringify(cut(name))} is not a header that may be sent.`);
    }
    if (!isHeaderValue(value)) {
      throw outboundErrors.invalidHeader(
        `The value of the header ${JSON.stringify(cut(name))} holds characters that HTTP cannot carry.`,
      );
    }
    if (key === 'host' && value.trim().toLowerCase() !== url.host) {
      throw outboundErrors.invalidHeader(`The header Host must be the URL's, ${url.host}.`);
    }
    checked.set(key, [name, value]);
  }
  return [...checked].flatMap(([key, header]) => (OWN_HEADERS.has(key) ? [] : [header]));
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
