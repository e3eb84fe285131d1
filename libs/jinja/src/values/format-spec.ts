import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { codePoints, isText, plainText, requireDefined, toFloat, toNumber } from './inspect.js';
import { formatFloat, formatInteger, type NumberText } from './number-text.js';
import { toText } from './text.js';
import { typeName, type Value } from './value.js';

// [[fill]align][sign][#][0][width][grouping][.precision][type]
const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

interface FormatSpec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: '-' | '+' | ' ';
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string | undefined;
}

/** Python's `format(value, spec)`, for example `,.2f` or `>10`. Fails where Python raises. */
export function formatValue(value: Value, spec: string, budget: Budget): string {
  if (spec === '') return toText(value, budget);
  requireDefined(value);
  const number = toNumber(value);
  if (number === undefined && !isText(value)) {
    return fail(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const parsed = parseSpec(spec);
  budget.reserveChars(Math.max(parsed.width, parsed.precision ?? 0));
  if (isText(value)) return formatText(plainText(value), parsed);
  return padNumber(groupDigits(formatNumber(number as number | bigint, parsed, budget), parsed), parsed);
}

function parseSpec(spec: string): FormatSpec {
  const found = SPEC.exec(spec) ?? fail(`Invalid format specifier '${spec}'`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = found as (string | undefined)[];
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: align ?? (zero ? '=' : undefined),
    sign: (sign ?? '-') as FormatSpec['sign'],
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatText(text: string, spec: FormatSpec): string {
  if (spec.type !== undefined && spec.type !== 's') fail(`Unknown format code '${spec.type}' for object of type 'str'`);
  const chars = codePoints(text);
  const shown = spec.precision === undefined ? chars : chars.slice(0, spec.precision);
  // a width that starts with 0 pads texts on the right
  const align = spec.align === '=' ? '<' : (spec.align ?? '<');
  return pad(shown.join(''), spec.width - shown.length, spec.fill, align);
}

function pad(text: string, missing: number, fill: string, align: string): string {
  if (missing <= 0) return text;
  const before = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2);
  return fill.repeat(before) + text + fill.repeat(missing - before);
}

function formatNumber(value: number | bigint, spec: FormatSpec, budget: Budget): NumberText {
  const { type = typeof value === 'bigint' ? 'd' : '' } = spec;
  if (typeof value === 'bigint' && 'bdoxX'.includes(type)) {
    if (spec.precision !== undefined) fail('Precision not allowed in integer format specifier');
    return formatInteger(value, type, spec);
  }
  if (type === 'n') return formatNumber(value, { ...spec, type: typeof value === 'bigint' ? 'd' : 'g' }, budget);
  if (type === 'c' && typeof value === 'bigint' && value >= 0n && value <= 0x10ffffn) {
    return { sign: '', digits: String.fromCodePoint(Number(value)) };
  }
  const float = toFloat(value);
  if (type === '') return formatPlainFloat(float, spec, budget);
  if ('eEfFgG%'.includes(type)) return formatFloat(float, type, spec, budget);
  return fail(`Unknown format code '${type}' for object of type '${typeof value === 'bigint' ? 'int' : 'float'}'`);
}

// Without a type a float prints as `str` does, or like `g` with a digit after the point when a precision is given.
function formatPlainFloat(value: number, spec: FormatSpec, budget: Budget): NumberText {
  if (spec.precision === undefined) {
    const { sign } = formatFloat(value, 'f', { ...spec, precision: 0 }, budget);
    return { sign, digits: toText(Math.abs(value), budget) };
  }
  const text = formatFloat(value, 'g', spec, budget);
  const isInteger = /^\d+$/.test(text.digits);
  return isInteger ? { ...text, digits: `${text.digits}.0` } : text;
}

function groupDigits({ sign, digits }: NumberText, spec: FormatSpec): NumberText {
  if (spec.grouping === '') return { sign, digits };
  const whole = /^[0-9a-fA-F]*/.exec(digits)?.[0] ?? '';
  const rest = digits.slice(whole.length);
  const size = /[boxX]/.test(spec.type ?? 'd') ? 4 : 3;
  // zeros that fill up the width are grouped as well
  const room = spec.align === '=' && spec.fill === '0' ? spec.width - sign.length - rest.length : 0;
  let count = whole.length;
  while (count + Math.floor((count - 1) / size) < room) count++;
  return { sign, digits: group(whole.padStart(count, '0'), size, spec.grouping) + rest };
}

function group(digits: string, size: number, separator: string): string {
  const first = digits.length % size || size;
  const parts = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += size) parts.push(digits.slice(at, at + size));
  return parts.join(separator);
}

function padNumber({ sign, digits }: NumberText, spec: FormatSpec): string {
  const missing = spec.width - codePoints(sign + digits).length;
  if (missing <= 0) return sign + digits;
  if (spec.align === '=') return sign + spec.fill.repeat(missing) + digits;
  return pad(sign + digits, missing, spec.fill, spec.align ?? '>');
}
