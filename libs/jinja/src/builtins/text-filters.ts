import { fail } from '../errors.js';
import { formatPercent } from '../values/format-percent.js';
import { toHtml } from '../values/html.js';
import { isText, lengthOf, plainText, codePoints } from '../values/inspect.js';
import { toJson } from '../values/json-text.js';
import { toRepr, toText } from '../values/text.js';
import { splitLines, strip } from '../values/whitespace.js';
import { Dict, Markup, Tuple, typeName, Undefined, type Value, NONE } from '../values/value.js';
import {
  builtinTable,
  flagArgument,
  integerArgument,
  optionalArgument,
  textArgument,
  type Arguments,
  type Host,
} from './call.js';
import { isIterable, itemsOf } from './items.js';
import { justify } from './text-methods.js';
import { capitalize, replaceText } from './text-operations.js';

/** Filters that make a text. */
export const textFilters = builtinTable<Value>({
  capitalize: ['', (value, _args, { budget }) => capitalize(toText(value, budget))],
  center: [
    'width?',
    (value, [width], host) => justify(toText(value, host.budget), 'center', integerArgument(width, 80), ' ', host),
  ],
  e: ['', escape],
  escape: ['', escape],
  forceescape: ['', (value, _args, { budget }) => new Markup(toHtml(toText(value, budget)))],
  format: [
    '*',
    (value, _args, host, call) => {
      if (call.positional.length > 0 && call.keywords.size > 0) {
        fail("format can't handle positional and keyword arguments at the same time");
      }
      const values = call.keywords.size > 0 ? new Dict(call.keywords) : new Tuple(call.positional);
      return formatPercent(toText(value, host.budget), values, host.budget);
    },
  ],
  indent: ['width? first? blank?', indent],
  lower: ['', (value, _args, { budget }) => toText(value, budget).toLowerCase()],
  replace: [
    'old new count?',
    (value, [old, replacement, limit], { budget }) =>
      replaceText(
        toText(value, budget),
        toText(old as Value, budget),
        toText(replacement as Value, budget),
        integerArgument(optionalArgument(limit), -1),
        budget,
      ),
  ],
  safe: ['', (value, _args, { budget }) => new Markup(toText(value, budget))],
  string: ['', (value, _args, { budget }) => (isText(value) ? value : toText(value, budget))],
  striptags: ['', (value, _args, { budget }) => stripTags(toText(value, budget))],
  title: ['', (value, _args, { budget }) => title(toText(value, budget))],
  tojson: ['indent?', (value, [indent], { budget }) => new Markup(toJson(value, jsonIndent(indent), budget))],
  trim: [
    'chars?',
    (value, [chars], { budget }) => {
      const given = optionalArgument(chars);
      return strip(toText(value, budget), 'both', given === undefined ? undefined : textArgument(given));
    },
  ],
  truncate: ['length? killwords? end? leeway?', truncate],
  upper: ['', (value, _args, { budget }) => toText(value, budget).toUpperCase()],
  urlencode: ['', urlEncode],
  wordcount: ['', (value, _args, { budget }) => BigInt(toText(value, budget).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)],
  xmlattr: ['autospace?', xmlAttributes],
});

function escape(value: Value, _args: Arguments, { budget }: Host): Value {
  return value instanceof Markup ? value : new Markup(toHtml(toText(value, budget)));
}

function indent(value: Value, [width, first, blank]: Arguments, { budget }: Host): Value {
  const text = isText(value) ? plainText(value) : fail(`indent needs a str, not '${typeName(value)}'`);
  const prefix = isText(width) ? plainText(width) : spaces(integerArgument(width, 4), budget);
  const lines = splitLines(`${text}\n`);
  budget.reserveChars(lines.length * (prefix.length + 1) + text.length);
  const indented = lines.map((line, index) => {
    const isIndented = index === 0 ? flagArgument(first) : line !== '' || flagArgument(blank);
    return isIndented ? prefix + line : line;
  });
  return indented.join('\n');
}

function spaces(count: number, budget: Host['budget']): string {
  budget.reserveChars(Math.max(0, count));
  return ' '.repeat(Math.max(0, count));
}

function jsonIndent(indent: Value | undefined): string | undefined {
  const given = optionalArgument(indent);
  if (given === undefined) return undefined;
  return isText(given) ? plainText(given) : ' '.repeat(Math.min(100, Math.max(0, integerArgument(given))));
}

// Words begin after white space, a hyphen or an opening bracket; what follows is lower case.
function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .filter((part) => part !== '')
    .map((part) => {
      const [first = '', ...rest] = codePoints(part);
      return first.toUpperCase() + rest.join('').toLowerCase();
    })
    .join('');
}

function truncate(value: Value, [length, killWords, end, leeway]: Arguments, host: Host): Value {
  const limit = integerArgument(length, 255);
  const ending = end === undefined ? '...' : textArgument(end);
  const tolerance = integerArgument(optionalArgument(leeway), 5);
  const endingLength = codePoints(ending).length;
  if (limit < endingLength) fail(`expected length >= ${endingLength}, got ${limit}`);
  if (tolerance < 0) fail(`expected leeway >= 0, got ${tolerance}`);
  const actual = lengthOf(value) ?? fail(`object of type '${typeName(value)}' has no len()`);
  if (actual <= limit + tolerance) return value;
  const kept = codePoints(textArgument(value))
    .slice(0, limit - endingLength)
    .join('');
  host.budget.spendChars(kept.length);
  const lastSpace = kept.lastIndexOf(' ');
  return (flagArgument(killWords) || lastSpace < 0 ? kept : kept.slice(0, lastSpace)) + ending;
}

function stripTags(text: string): string {
  const bare = removeBetween(removeBetween(text, '<!--', '-->'), '<', '>');
  const words = bare.split(/\s+/).filter((word) => word !== '');
  return words.join(' ').replace(/&(#\d{1,7}|#x[\da-f]{1,6}|lt|gt|amp|quot|apos|nbsp);/gi, decodeEntity);
}

function removeBetween(text: string, start: string, end: string): string {
  let out = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf(start, at);
    const close = open < 0 ? -1 : text.indexOf(end, open);
    if (close < 0) return out + text.slice(at);
    out += text.slice(at, open);
    at = close + end.length;
  }
}

const NAMED_ENTITIES = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);

function decodeEntity(entity: string, name: string): string {
  if (!name.startsWith('#')) return NAMED_ENTITIES.get(name.toLowerCase()) ?? entity;
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

function urlEncode(value: Value, _args: Arguments, host: Host): Value {
  const quoted = (part: Value) => percentEncode(toText(part, host.budget));
  if (isText(value) || !isIterable(value)) return quoted(value).replaceAll('%2F', '/');
  const entries =
    value instanceof Dict ? value.entries() : itemsOf(value, host.budget).map((item) => pairOf(item, host));
  return entries.map((pair) => pair.map((part) => quoted(part).replaceAll('%20', '+')).join('=')).join('&');
}

function pairOf(item: Value, { budget }: Host): readonly Value[] {
  const pair = itemsOf(item, budget);
  return pair.length === 2 ? pair : fail(`a ${typeName(item)} of ${pair.length} entries is no pair`);
}

// What encodeURIComponent leaves alone and Python does not; a lone surrogate has no encoding.
function percentEncode(text: string): string {
  const wellFormed = text.replace(/\p{Surrogate}/gu, '\ufffd');
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function xmlAttributes(value: Value, [autospace]: Arguments, { budget }: Host): Value {
  if (!(value instanceof Dict)) return fail(`xmlattr needs a dict, not '${typeName(value)}'`);
  const attributes = value.entries().flatMap(([key, content]) => {
    if (content === NONE || content instanceof Undefined) return [];
    const name = toText(key, budget);
    if (/[\s/>=]/.test(name)) fail(`Invalid character in attribute name: ${toRepr(name, budget)}`);
    return [`${toHtml(name)}="${toHtml(isText(content) ? content : toText(content, budget))}"`];
  });
  const text = attributes.join(' ');
  return flagArgument(autospace, true) && text !== '' ? ` ${text}` : text;
}
