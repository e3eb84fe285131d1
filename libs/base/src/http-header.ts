const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What a header value may hold on the wire: tab, and Latin-1 without control characters. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** These change how a message is framed or routed. */
const FORBIDDEN = new Set(['expect', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** Is this a word of HTTP, such as a method or the name of a header? */
export function isHttpToken(text: string): boolean {
  return TOKEN.test(text);
}

/** May a header of this name be sent along with a request that somebody else frames? */
export function isHeaderName(name: string): boolean {
  const key = name.toLowerCase();
  return isHttpToken(name) && !key.startsWith('proxy-') && !FORBIDDEN.has(key);
}

/** Can HTTP carry this as the value of a header? */
export function isHeaderValue(value: string): boolean {
  return VALUE.test(value);
}
