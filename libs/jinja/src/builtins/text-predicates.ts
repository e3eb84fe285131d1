import { pythonQuote } from '@tenon/base';
import { isSpace } from '../values/whitespace.js';
import type { Builtin } from './call.js';

type Predicate = readonly [parameters: string, run: Builtin<string>['run']];

const each = (pattern: RegExp): Predicate => ['', (text) => text !== '' && pattern.test(text)];

/** The methods of strings that tell what their characters are: `isdigit` and its like. */
export const textPredicates: Record<string, Predicate> = {
  isalnum: each(/^[\p{L}\p{N}]*$/u),
  isalpha: each(/^\p{L}*$/u),
  // eslint-disable-next-line no-control-regex -- ASCII begins with control characters
  isascii: ['', (text) => /^[\x00-\x7f]*$/.test(text)],
  isdecimal: each(/^\p{Nd}*$/u),
  isdigit: each(/^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]*$/u),
  isidentifier: each(/^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  islower: ['', (text) => isLowerCase(text)],
  isnumeric: each(/^\p{N}*$/u),
  isprintable: ['', (text) => !pythonQuote(text.replace(/[\\'"]/g, '')).includes('\\')],
  isspace: ['', (text) => text !== '' && Array.from(text).every(isSpace)],
  istitle: ['', (text) => isTitleCase(text)],
  isupper: ['', (text) => isUpperCase(text)],
};

/** Python's `str.islower`: there are letters with case, and all of them are lower case. */
export function isLowerCase(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** Python's `str.isupper`: there are letters with case, and all of them are upper case. */
export function isUpperCase(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

function isTitleCase(text: string): boolean {
  let isInWord = false;
  let hasWord = false;
  for (const char of text) {
    const isUpper = /[\p{Uppercase}\p{Lt}]/u.test(char);
    const isLower = /\p{Lowercase}/u.test(char);
    if (isUpper === isInWord && (isUpper || isLower)) return false;
    isInWord = isUpper || isLower;
    hasWord ||= isInWord;
  }
  return hasWord;
}
