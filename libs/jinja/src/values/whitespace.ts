/** The inside of a regular expression class for what Python calls white space; `\s` differs in six characters. */
export const WHITESPACE_CLASS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const SPACE = new RegExp(`^[${WHITESPACE_CLASS}]$`);

/** Is the character white space for Python? */
export function isSpace(char: string): boolean {
  return SPACE.test(char);
}

/** Which ends of a text to strip. */
export type StripSide = 'left' | 'right' | 'both';

/** Python's `strip`, `lstrip` and `rstrip`: removes white space, or the characters in `chars`. */
export function strip(text: string, side: StripSide, chars?: string): string {
  const set = chars === undefined ? undefined : new Set(chars);
  const removable = (char: string) => (set ? set.has(char) : isSpace(char));
  let start = 0;
  let end = text.length;
  while (side !== 'right' && start < end) {
    const char = String.fromCodePoint(text.codePointAt(start) as number);
    if (!removable(char)) break;
    start += char.length;
  }
  while (side !== 'left' && end > start) {
    const char = lastCharacter(text, end);
    if (!removable(char)) break;
    end -= char.length;
  }
  return text.slice(start, end);
}

function lastCharacter(text: string, end: number): string {
  const pair = end >= 2 ? text.codePointAt(end - 2) : undefined;
  return pair !== undefined && pair > 0xffff ? String.fromCodePoint(pair) : (text[end - 1] as string);
}

// The separators of Python's `splitlines`.
// eslint-disable-next-line no-control-regex -- some of them are control characters
const LINE_END = new RegExp('\\r\\n|[\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029]', 'g');

/** Python's `splitlines`; with `keepEnds` every line keeps its separator. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const match of text.matchAll(LINE_END)) {
    const end = match.index + match[0].length;
    lines.push(text.slice(start, keepEnds ? end : match.index));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}
