import { fail } from '../errors.js';
import { divideHalfEven, fixedDigits, roundFloat } from '../values/decimal.js';
import { isText, plainText, requireDefined, toFloat, toNumber } from '../values/inspect.js';
import { strip } from '../values/whitespace.js';
import { typeName, type Value } from '../values/value.js';
import { calculate } from '../values/arithmetic.js';
import { builtinTable, flagArgument, integerArgument, textArgument, type Arguments, type Host } from './call.js';

/** Filters that make a number, or a text of one. */
export const numberFilters = builtinTable<Value>({
  abs: ['', absolute],
  filesizeformat: ['binary?', (value, [binary]) => fileSize(value, flagArgument(binary))],
  float: ['default?', (value, [fallback]) => parseFloatValue(value) ?? fallback ?? 0],
  int: ['default? base?', (value, [fallback, base]) => toInteger(value, integerArgument(base, 10)) ?? fallback ?? 0n],
  round: ['precision? method?', round],
});

function absolute(value: Value): Value {
  const number = toNumber(value);
  if (typeof number === 'bigint') return number < 0n ? -number : number;
  if (number !== undefined) return Math.abs(number);
  requireDefined(value);
  return fail(`bad operand type for abs(): '${typeName(value)}'`);
}

const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?|inf|infinity|nan)$/i;

/** Python's `float()`; undefined for what is no number. */
function parseFloatValue(value: Value): number | undefined {
  const number = toNumber(value);
  if (number !== undefined) return toFloat(number);
  requireDefined(value);
  if (!isText(value)) return undefined;
  const text = strip(plainText(value), 'both');
  if (text.length > 1_000 || !FLOAT.test(text)) return undefined;
  if (/nan/i.test(text)) return NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text.replaceAll('_', ''));
}

function toInteger(value: Value, base: number): bigint | undefined {
  const number = toNumber(value);
  if (typeof number === 'bigint') return number;
  const parsed = isText(value) ? parseInteger(strip(plainText(value), 'both'), base) : undefined;
  if (parsed !== undefined) return parsed;
  const float = parseFloatValue(value);
  if (float === undefined || Number.isNaN(float)) return undefined;
  // a float without end has no integer: Python raises, but falls back for a text such as `inf`
  if (!Number.isFinite(float)) return isText(value) ? undefined : fail('cannot convert float infinity to integer');
  return BigInt(Math.trunc(float));
}

const BASE_PREFIX = new Map([
  [2, /^0b_?/i],
  [8, /^0o_?/i],
  [16, /^0x_?/i],
]);
const MAX_DIGITS = 4_300;
// the conversion of other bases takes quadratic time
const MAX_DIGITS_OTHER_BASE = 1_000;

/** Python's `int(text, base)`; undefined when it is no integer. */
function parseInteger(text: string, base: number): bigint | undefined {
  if (base !== 0 && (base < 2 || base > 36)) fail('int() base must be >= 2 and <= 36, or 0');
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const unsigned = text.slice(sign.length);
  const found = base === 0 ? Array.from(BASE_PREFIX).find(([, prefix]) => prefix.test(unsigned)) : undefined;
  const radix = found?.[0] ?? (base === 0 ? 10 : base);
  const prefix = BASE_PREFIX.get(radix);
  const digits = prefix ? unsigned.replace(prefix, '') : unsigned;
  if (digits.length > MAX_DIGITS || !/^[\da-z]+(?:_[\da-z]+)*$/i.test(digits)) return undefined;
  if (radix === 10)
    return /[a-z]/i.test(digits) ? undefined : BigInt(sign.replace('+', '') + digits.replaceAll('_', ''));
  if (digits.length > MAX_DIGITS_OTHER_BASE) return undefined;
  let value = 0n;
  for (const digit of digits.replaceAll('_', '')) {
    const amount = parseInt(digit, 36);
    if (amount >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(amount);
  }
  return sign === '-' ? -value : value;
}

function round(value: Value, [precision, method]: Arguments, host: Host): Value {
  const how = method === undefined ? 'common' : textArgument(method);
  if (how !== 'common' && how !== 'ceil' && how !== 'floor') fail('method must be common, ceil or floor');
  const places = integerArgument(precision, 0);
  const number = toNumber(value);
  if (number === undefined) {
    requireDefined(value);
    return fail(`type ${typeName(value)} doesn't define __round__ method`);
  }
  if (how === 'common') return typeof number === 'bigint' ? roundInteger(number, places) : roundFloat(number, places);
  const factor = calculate('**', 10n, BigInt(places), host.budget);
  const scaled = toNumber(calculate('*', number, factor, host.budget)) as number | bigint;
  return calculate('/', wholePart(scaled, how), factor, host.budget);
}

function wholePart(value: number | bigint, how: 'ceil' | 'floor'): bigint {
  if (typeof value === 'bigint') return value;
  if (!Number.isFinite(value)) fail(`cannot convert float ${Number.isNaN(value) ? 'NaN' : 'infinity'} to integer`);
  return BigInt(how === 'ceil' ? Math.ceil(value) : Math.floor(value));
}

function roundInteger(value: bigint, places: number): bigint {
  if (places >= 0) return value;
  if (places < -MAX_DIGITS) return 0n;
  const unit = 10n ** BigInt(-places);
  return divideHalfEven(value, unit) * unit;
}

const SIZE_PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize(value: Value, isBinary: boolean): string {
  const size = parseFloatValue(value) ?? fail(`could not convert a ${typeName(value)} to a size`);
  const base = isBinary ? 1024 : 1000;
  if (size === 1) return '1 Byte';
  if (size < base) return `${Math.trunc(size)} Bytes`;
  const found = SIZE_PREFIXES.findIndex((_, index) => size < base ** (index + 2));
  const index = found < 0 ? SIZE_PREFIXES.length - 1 : found;
  const prefix = SIZE_PREFIXES[index] as string;
  const unit = isBinary ? `${prefix.toUpperCase()}iB` : `${prefix}B`;
  return `${fixedDigits((base * size) / base ** (index + 2), 1)} ${unit}`;
}
