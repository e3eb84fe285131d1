import type { Budget } from '../budget.js';
import { codePoints } from '../values/inspect.js';
import { strip, WHITESPACE_CLASS } from '../values/whitespace.js';

/** Python's `str.capitalize`: the first character upper, all others lower case. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = codePoints(text);
  return upperFirst(first) + rest.join('').toLowerCase();
}

// Title case and upper case of a character differ for ß and ligatures: `Ss`, not `SS`.
function upperFirst(char: string): string {
  const upper = char.toUpperCase();
  return upper.length > char.length ? (upper[0] as string) + upper.slice(1).toLowerCase() : upper;
}

const CASED = /\p{Cased}/u;

/** Python's `str.title`: a character after one without case is upper, all others lower case. */
export function titleCase(text: string): string {
  let isInWord = false;
  let out = '';
  for (const char of text) {
    out += isInWord ? char.toLowerCase() : upperFirst(char);
    isInWord = CASED.test(char);
  }
  return out;
}

/** Python's `str.swapcase`. */
export function swapCase(text: string): string {
  return codePoints(text)
    .map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()))
    .join('');
}

/** Where a text is found between two code points of another, counted in code points from its start; -1 if nowhere. */
export function findText(
  text: string,
  wanted: string,
  direction: 'first' | 'last',
  [from, to]: readonly [number, number | undefined],
): number {
  const chars = codePoints(text);
  if (from > chars.length) return -1;
  const part = chars.slice(from, to).join('');
  const at = direction === 'first' ? part.indexOf(wanted) : part.lastIndexOf(wanted);
  return at < 0 ? -1 : from + codePoints(part.slice(0, at)).length;
}

/** Python's `str.replace`: replaces the first `limit` occurrences, all of them when it is negative. */
export function replaceText(text: string, old: string, replacement: string, limit: number, budget: Budget): string {
  // an empty text is found around every character
  const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const times = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  budget.reserveChars(text.length + times * Math.max(0, replacement.length - old.length));
  const replaced = parts.slice(0, times + 1).join(replacement);
  const rest = parts.slice(times + 1);
  return rest.length === 0 ? replaced : [replaced, ...rest].join(old);
}

const SPACES = new RegExp(`[${WHITESPACE_CLASS}]+`);
const WORDS = new RegExp(`[^${WHITESPACE_CLASS}]+`, 'g');

/** Python's `str.split`: at a separator, or at runs of white space; at most `limit` times unless it is negative. */
export function splitText(text: string, separator: string | undefined, limit: number): string[] {
  if (separator === undefined) return splitWords(strip(text, 'left'), limit);
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitWords(text: string, limit: number): string[] {
  if (text === '') return [];
  if (limit < 0) return strip(text, 'right').split(SPACES);
  const words: string[] = [];
  for (const match of text.matchAll(WORDS)) {
    if (words.length === limit) return [...words, text.slice(match.index)];
    words.push(match[0]);
  }
  return words;
}

/** Python's `str.rsplit`: as `split`, but from the right. */
export function splitTextFromRight(text: string, separator: string | undefined, limit: number): string[] {
  if (limit < 0) return splitText(text, separator, limit);
  if (separator !== undefined) {
    const parts = text.split(separator);
    if (parts.length <= limit + 1) return parts;
    return [parts.slice(0, parts.length - limit).join(separator), ...parts.slice(parts.length - limit)];
  }
  const words = Array.from(text.matchAll(WORDS));
  const kept = words.slice(Math.max(0, words.length - limit));
  const rest = strip(text.slice(0, kept[0]?.index ?? text.length), 'right');
  const head = words.length > limit ? [rest] : [];
  return [...head, ...kept.map(([word]) => word)];
}
