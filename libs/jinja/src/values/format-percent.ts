import { pythonQuote } from '@tenon/base';
import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { codePoints, isText, plainText, requireDefined, toFloat, toNumber } from './inspect.js';
import { formatFloat, formatInteger, type NumberText } from './number-text.js';
import { toRepr, toText } from './text.js';
import { Dict, List, Tuple, typeName, Undefined, type Value } from './value.js';

// %(key)flags width.precision length type; the key is bounded so that `%(%(%(` stays linear
const CONVERSION = /%(?:\(([^)]{0,200})\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([\s\S]?)/g;

/** Python's `text % values`. A tuple gives several values, a dict named ones. Fails where Python raises. */
export function formatPercent(format: string, values: Value, budget: Budget): string {
  const source = new PercentValues(values);
  budget.spendChars(format.length);
  const text = format.replace(CONVERSION, (...found: string[]) => {
    const [, key, flags, width, precision, type] = found as [string, ...(string | undefined)[]];
    const conversion: Conversion = {
      flags: flags ?? '',
      width: source.size(width),
      precision: precision === undefined ? undefined : source.size(precision || '0'),
      type: type ?? '',
    };
    if (conversion.type === '%') return '%';
    return convert(key === undefined ? () => source.next() : () => source.named(key), conversion, budget);
  });
  source.finish();
  return text;
}

interface Conversion {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly type: string;
}

class PercentValues {
  #used = 0;
  readonly #items: readonly Value[];

  constructor(private readonly values: Value) {
    this.#items = values instanceof Tuple ? values.items : [values];
  }

  next(): Value {
    if (this.#used >= this.#items.length) fail('not enough arguments for format string');
    return this.#items[this.#used++] as Value;
  }

  named(key: string): Value {
    if (!(this.values instanceof Dict)) fail('format requires a mapping');
    this.#used = this.#items.length;
    return (this.values as Dict).get(key) ?? fail(`there is no value for ${pythonQuote(key)}`);
  }

  /** The number of a width or precision; `*` takes it from the values. */
  size(text: string | undefined): number | undefined {
    if (text !== '*') return text === undefined ? undefined : Number(text);
    const value = this.next();
    return typeof value === 'bigint' ? Number(value) : fail('* wants int');
  }

  finish(): void {
    // whatever can be indexed passes for a mapping here
    const isMapping = [Dict, List, Undefined].some((type) => this.values instanceof type);
    if (this.#used < this.#items.length && !isMapping) {
      fail('not all arguments converted during string formatting');
    }
  }
}

function convert(take: () => Value, conversion: Conversion, budget: Budget): string {
  const { flags, type } = conversion;
  const { sign, digits } = convertValue(take, conversion, budget);
  const width = Math.abs(conversion.width ?? 0);
  const missing = Math.max(0, width - codePoints(sign + digits).length);
  budget.reserveChars(missing);
  if (flags.includes('-') || (conversion.width ?? 0) < 0) return sign + digits + ' '.repeat(missing);
  if (flags.includes('0') && !'src'.includes(type)) return sign + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + digits;
}

function convertValue(take: () => Value, conversion: Conversion, budget: Budget): NumberText {
  const { flags, type, precision } = conversion;
  const style = {
    sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '-',
    alternate: flags.includes('#'),
    precision,
  } as const;
  if (type === '') fail('incomplete format');
  if (!'diuoxXeEfFgGcrs'.includes(type)) fail(`unsupported format character '${type}'`);
  budget.reserveChars(precision ?? 0);
  const value = take();
  if (type === 's' || type === 'r') {
    const text = type === 's' ? toText(value, budget) : toRepr(value, budget);
    return { sign: '', digits: precision === undefined ? text : codePoints(text).slice(0, precision).join('') };
  }
  if (type === 'c') return { sign: '', digits: characterOf(value) };
  requireDefined(value);
  const number = toNumber(value);
  if (number === undefined) return fail(`%${type} format: a real number is required, not ${typeName(value)}`);
  if ('eEfFgG'.includes(type)) return formatFloat(toFloat(number), type, style, budget);
  if (typeof number === 'number' && 'oxX'.includes(type)) fail(`%${type} format: an integer is required, not float`);
  const integer = typeof number === 'bigint' ? number : truncate(number);
  const { sign, digits } = formatInteger(integer, 'iu'.includes(type) ? 'd' : type, style);
  return { sign, digits: digits.padStart(precision ?? 0, '0') };
}

function truncate(value: number): bigint {
  if (!Number.isFinite(value)) fail(`cannot convert float ${Number.isNaN(value) ? 'NaN' : 'infinity'} to integer`);
  return BigInt(Math.trunc(value));
}

function characterOf(value: Value): string {
  if (typeof value === 'bigint' && value >= 0n && value <= 0x10ffffn) return String.fromCodePoint(Number(value));
  if (isText(value) && codePoints(plainText(value)).length === 1) return plainText(value);
  return fail('%c requires int or char');
}
