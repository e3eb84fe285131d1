import { failInvalid } from '../errors.js';

/** A string literal, read. */
export interface ScannedString {
  readonly value: string;
  /** Position behind the closing quote. */
  readonly end: number;
  /** How many line breaks are inside. */
  readonly lines: number;
}

const SIMPLE_ESCAPES = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);
const HEX_LENGTHS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** Reads the string literal that starts at a quote, with the escapes of Python. Throws `template.invalid`. */
export function readString(source: string, start: number, line: number): ScannedString {
  const quote = source[start] as string;
  const special = quote === '"' ? /["\\\n]/g : /['\\\n]/g;
  let value = '';
  let lines = 0;
  let at = start + 1;
  for (;;) {
    special.lastIndex = at;
    const found = special.exec(source);
    if (!found) return failInvalid(line, 'a string is not closed');
    value += source.slice(at, found.index);
    at = found.index + 1;
    if (found[0] === quote) return { value, end: at, lines };
    if (found[0] === '\n') {
      value += '\n';
      lines++;
    } else {
      const escape = readEscape(source, at, line);
      if (source[at] === '\n') lines++;
      value += escape.value;
      at += escape.length;
    }
  }
}

// `at` is behind the backslash.
function readEscape(source: string, at: number, line: number): { readonly value: string; readonly length: number } {
  const char = source[at];
  if (char === undefined) return failInvalid(line, 'a string is not closed');
  const simple = SIMPLE_ESCAPES.get(char);
  if (simple !== undefined) return { value: simple, length: 1 };
  const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))?.[0];
  if (octal !== undefined) return { value: String.fromCharCode(parseInt(octal, 8)), length: octal.length };
  const hexLength = HEX_LENGTHS.get(char);
  // what Python does not know it keeps, backslash and all
  if (hexLength === undefined) return { value: `\\${char}`, length: 1 };
  const digits = source.slice(at + 1, at + 1 + hexLength);
  const code = digits.length === hexLength && /^[\da-f]+$/i.test(digits) ? parseInt(digits, 16) : Infinity;
  if (code > 0x10ffff) failInvalid(line, `the escape '\\${char}${digits}' in a string is not valid`);
  return { value: String.fromCodePoint(code), length: 1 + hexLength };
}
