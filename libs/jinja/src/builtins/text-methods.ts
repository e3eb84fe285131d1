import { fail } from '../errors.js';
import { formatBraces } from '../values/format-braces.js';
import { codePoints, isText, plainText } from '../values/inspect.js';
import { strip, splitLines, type StripSide } from '../values/whitespace.js';
import { Dict, List, Tuple, typeName, type Value } from '../values/value.js';
import {
  builtinTable,
  flagArgument,
  integerArgument,
  optionalArgument,
  textArgument,
  type Arguments,
  type Builtin,
  type Host,
} from './call.js';
import { itemsOf } from './items.js';
import {
  capitalize,
  findText,
  replaceText,
  splitText,
  splitTextFromRight,
  swapCase,
  titleCase,
} from './text-operations.js';
import { textPredicates } from './text-predicates.js';

type TextMethod = Builtin<string>['run'];

const stripped =
  (side: StripSide): TextMethod =>
  (text, [chars]) => {
    const given = optionalArgument(chars);
    return strip(text, side, given === undefined ? undefined : textArgument(given));
  };

const justified =
  (side: 'left' | 'right' | 'center'): TextMethod =>
  (text, [width, fill], host) => {
    const filler = fill === undefined ? ' ' : textArgument(fill);
    if (codePoints(filler).length !== 1) fail('The fill character must be exactly one character long');
    return justify(text, side, integerArgument(width), filler, host);
  };

const found =
  (direction: 'first' | 'last', isRequired: boolean): TextMethod =>
  (text, [sub, start, end]) => {
    const index = findText(text, textArgument(sub), direction, window(text, start, end));
    if (index < 0 && isRequired) fail('substring not found');
    return BigInt(index);
  };

const affixed =
  (matches: (text: string, affix: string) => boolean): TextMethod =>
  (text, [affix, start, end]) => {
    const [from, to] = window(text, start, end);
    const part = from === 0 && to === undefined ? text : codePoints(text).slice(from, to).join('');
    const affixes = affix instanceof Tuple ? affix.items : [affix];
    return affixes.some((it) => matches(part, textArgument(it)));
  };

const partitioned =
  (direction: 'first' | 'last'): TextMethod =>
  (text, [separator]) => {
    const sep = requireSeparator(textArgument(separator));
    const at = direction === 'first' ? text.indexOf(sep) : text.lastIndexOf(sep);
    if (at < 0) return new Tuple(direction === 'first' ? [text, '', ''] : ['', '', text]);
    return new Tuple([text.slice(0, at), sep, text.slice(at + sep.length)]);
  };

const parted =
  (cut: typeof splitText): TextMethod =>
  (text, [separator, limit], host) => {
    const given = optionalArgument(separator);
    const sep = given === undefined ? undefined : requireSeparator(textArgument(given));
    const parts = cut(text, sep, integerArgument(limit, -1));
    host.budget.spendItems(parts.length);
    return new List(parts);
  };

/** Methods of strings. */
export const textMethods = builtinTable<string>({
  ...textPredicates,
  capitalize: ['', (text) => capitalize(text)],
  casefold: ['', (text) => text.toLowerCase().replaceAll('ß', 'ss')],
  center: ['width fillchar?', justified('center')],
  count: ['sub start? end?', count],
  endswith: ['suffix start? end?', affixed((text, suffix) => text.endsWith(suffix))],
  expandtabs: ['tabsize?', expandTabs],
  find: ['sub start? end?', found('first', false)],
  format: ['*', (text, _args, host, call) => formatBraces(text, call, host, host.budget)],
  format_map: [
    'mapping',
    (text, [mapping], host) => {
      if (!(mapping instanceof Dict)) return fail('format_map() needs a dict');
      const named = mapping.entries().map(([key, value]) => [isText(key) ? plainText(key) : '', value] as const);
      host.budget.spendItems(named.length);
      return formatBraces(text, { positional: [], keywords: new Map(named) }, host, host.budget);
    },
  ],
  index: ['sub start? end?', found('first', true)],
  join: ['iterable', joinTexts],
  ljust: ['width fillchar?', justified('left')],
  lower: ['', (text) => text.toLowerCase()],
  lstrip: ['chars?', stripped('left')],
  partition: ['sep', partitioned('first')],
  removeprefix: [
    'prefix',
    (text, [prefix]) => (text.startsWith(textArgument(prefix)) ? text.slice(textArgument(prefix).length) : text),
  ],
  removesuffix: [
    'suffix',
    (text, [suffix]) => {
      const end = textArgument(suffix);
      return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
    },
  ],
  replace: [
    'old new count?',
    (text, [old, replacement, limit], host) =>
      replaceText(text, textArgument(old), textArgument(replacement), integerArgument(limit, -1), host.budget),
  ],
  rfind: ['sub start? end?', found('last', false)],
  rindex: ['sub start? end?', found('last', true)],
  rjust: ['width fillchar?', justified('right')],
  rpartition: ['sep', partitioned('last')],
  rsplit: ['sep? maxsplit?', parted(splitTextFromRight)],
  rstrip: ['chars?', stripped('right')],
  split: ['sep? maxsplit?', parted(splitText)],
  splitlines: ['keepends?', (text, [keepEnds]) => new List(splitLines(text, flagArgument(keepEnds)))],
  startswith: ['prefix start? end?', affixed((text, prefix) => text.startsWith(prefix))],
  strip: ['chars?', stripped('both')],
  swapcase: ['', (text) => swapCase(text)],
  title: ['', (text) => titleCase(text)],
  upper: ['', (text) => text.toUpperCase()],
  zfill: [
    'width',
    (text, [width], host) => {
      const sign = /^[+-]/.exec(text)?.[0] ?? '';
      return sign + justify(text.slice(sign.length), 'right', integerArgument(width) - sign.length, '0', host);
    },
  ],
});

function requireSeparator(separator: string): string {
  return separator === '' ? fail('empty separator') : separator;
}

/** Pads a text with one character to a width, in code points. */
export function justify(
  text: string,
  side: 'left' | 'right' | 'center',
  width: number,
  fill: string,
  host: Host,
): string {
  const missing = width - codePoints(text).length;
  if (missing <= 0) return text;
  host.budget.reserveChars(missing * fill.length + text.length);
  // Python puts the odd character on the left when the width is odd, too
  const before = side === 'left' ? 0 : side === 'right' ? missing : Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

function window(text: string, start: Value | undefined, end: Value | undefined): [number, number | undefined] {
  const [from, to] = [optionalArgument(start), optionalArgument(end)];
  if (from === undefined && to === undefined) return [0, undefined];
  const length = codePoints(text).length;
  // a start behind the end stays there: not even an empty text is found
  const bound = (value: number) => Math.max(0, value < 0 ? value + length : value);
  return [bound(integerArgument(from, 0)), bound(integerArgument(to, length))];
}

function count(text: string, [sub, start, end]: Arguments): Value {
  const [from, to] = window(text, start, end);
  const part = codePoints(text).slice(from, to);
  const wanted = textArgument(sub);
  return BigInt(wanted === '' ? part.length + 1 : part.join('').split(wanted).length - 1);
}

function expandTabs(text: string, [tabSize]: Arguments, host: Host): Value {
  const size = integerArgument(tabSize, 8);
  let column = 0;
  let out = '';
  for (const char of text) {
    const width = char === '\t' ? (size > 0 ? size - (column % size) : 0) : 1;
    host.budget.reserveChars(char === '\t' ? width : 0, out.length + width);
    out += char === '\t' ? ' '.repeat(width) : char;
    column = char === '\n' || char === '\r' ? 0 : column + width;
  }
  return out;
}

function joinTexts(separator: string, [iterable]: Arguments, host: Host): Value {
  const items = itemsOf(iterable as Value, host.budget);
  let length = 0;
  const texts = items.map((item, index) => {
    if (!isText(item)) return fail(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
    length += plainText(item).length + separator.length;
    host.budget.reserveChars(plainText(item).length + separator.length, length);
    return plainText(item);
  });
  return texts.join(separator);
}
