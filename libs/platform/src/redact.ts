import { knownForms } from './known-secrets.js';

const SECRET_KEY =
  /pass(word|phrase)?$|secret|token$|api[-_]?key|private[-_]?key|authorization|cookie|credential|session[-_]?id/i;
const MASK = '[redacted]';
const MAX_DEPTH = 8;
const MAX_CHARACTERS = 16 * 1024;
/** What looks like a secret is one word, most likely no longer than this. */
const MAX_WORD = 1024;

/** Secrets by their shape: user info in a URL, bearer tokens, vendor keys, keys in a query string. */
const SHAPES: readonly [RegExp, string][] = [
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]+@/gi, `$1${MASK}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  [/\b(sk|pk|rk|ghp|xox[abp])[-_][\w-]{12,}/g, MASK],
  [/([?&](?:api[-_]?key|key|token|access[-_]token|sig|signature|password)=)[^&\s"']+/gi, `$1${MASK}`],
];

/**
 * A text without the secrets that this process knows, and without what looks like one: each becomes `[redacted]`. Of a
 * text that nobody reads to its end the beginning is left.
 */
export function redactText(text: string): string {
  let result = cut(text);
  for (const form of knownForms()) result = result.replaceAll(form, MASK);
  for (const [shape, replacement] of SHAPES) result = result.replace(shape, replacement);
  return result;
}

/** The beginning of a text that is too long; it ends before a secret that it would end in the middle of. */
function cut(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text;
  let end = MAX_CHARACTERS;
  while (end > MAX_CHARACTERS - MAX_WORD && !/\s/.test(text.charAt(end - 1))) end -= 1;
  for (const form of knownForms()) {
    const from = Math.max(0, end - form.length + 1);
    const at = text.slice(from, end + form.length - 1).indexOf(form);
    if (at >= 0) end = from + at;
  }
  return `${text.slice(0, end)} [${text.length - end} characters left out]`;
}

/**
 * Makes the fields of a log line safe to write: text under a secret-like key becomes `[redacted]`, and any text goes
 * through `redactText`. Errors become plain objects with their causes. Deeper than eight levels is cut, cycles are named.
 */
export function redactFields(fields: object): Record<string, unknown> {
  return walk(fields, '', []) as Record<string, unknown>;
}

/** What an error says of itself, with its stack, and no secret. */
export function describeError(error: unknown): string {
  return redactText(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function walk(value: unknown, key: string, above: readonly object[]): unknown {
  if (typeof value === 'string') return SECRET_KEY.test(key) ? MASK : redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? 'invalid date' : value.toISOString();
  if (above.includes(value)) return '[circular]';
  if (above.length >= MAX_DEPTH) return '[deep]';
  const path = [...above, value];
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => walk(item, key, path));
  if (value instanceof Map) return walk(Object.fromEntries(value), key, above);
  if (value instanceof Set) return walk([...value], key, above);
  return Object.fromEntries(entriesOf(value).map(([name, item]) => [redactText(name), walk(item, name, path)]));
}

/** Errors keep their name, message, stack and cause, which are not enumerable. */
function entriesOf(value: object): [string, unknown][] {
  if (!isErrorLike(value)) return Object.entries(value);
  const { name, message, stack, cause, ...rest } = Object.fromEntries([
    ...['name', 'message', 'stack', 'cause'].map((key) => [key, (value as unknown as Record<string, unknown>)[key]]),
    ...Object.entries(value),
  ]) as Record<string, unknown>;
  return Object.entries({ name, message, ...rest, stack, cause }).filter(([, item]) => item !== undefined);
}

// Not `instanceof`: errors of other realms (Jest, worker threads) are errors too.
function isErrorLike(value: object): boolean {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
