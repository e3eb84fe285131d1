import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { fixedDigits, scientificDigits } from './decimal.js';

/** Where and how a number is padded: the part of a format that is the same for `%` and `format`. */
export interface NumberStyle {
  /** `-` writes a sign for negative numbers only, `+` always, a space leaves room for it. */
  readonly sign: '-' | '+' | ' ';
  /** The `#` flag: `0x` before hexadecimal, a point even without digits after it. */
  readonly alternate: boolean;
  readonly precision: number | undefined;
}

/** A number as sign and digits, so that zeros can be put in between. */
export interface NumberText {
  readonly sign: string;
  readonly digits: string;
}

/** A float in one of Python's float formats: `e`, `f`, `g`, `%` or their capitals. */
export function formatFloat(value: number, type: string, style: NumberStyle, budget: Budget): NumberText {
  const sign = signText(value < 0 || Object.is(value, -0), style.sign);
  const precision = style.precision ?? 6;
  budget.reserveChars(precision);
  const digits = floatDigits(value, type.toLowerCase(), precision, style.alternate);
  return { sign, digits: type >= 'A' && type <= 'Z' ? digits.toUpperCase() : digits };
}

function floatDigits(value: number, type: string, precision: number, alternate: boolean): string {
  const percent = type === '%' ? '%' : '';
  if (Number.isNaN(value)) return `nan${percent}`;
  if (!Number.isFinite(value)) return `inf${percent}`;
  if (type === 'f') return withPoint(fixedDigits(value, precision), alternate);
  if (type === '%') return `${withPoint(fixedDigits(value * 100, precision), alternate)}%`;
  if (type === 'e') return exponentForm(value, precision, alternate);
  return generalForm(value, precision, alternate);
}

function withPoint(digits: string, alternate: boolean): string {
  return alternate && !digits.includes('.') ? `${digits}.` : digits;
}

function exponentForm(value: number, places: number, alternate: boolean): string {
  const { digits, exponent } = scientificDigits(value, places);
  return joinExponent(places > 0 ? `${digits[0]}.${digits.slice(1)}` : withPoint(digits, alternate), exponent);
}

function joinExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function generalForm(value: number, precision: number, alternate: boolean): string {
  const significant = precision === 0 ? 1 : precision;
  const { digits, exponent } = scientificDigits(value, significant - 1);
  const trim = (text: string) =>
    alternate || !text.includes('.') ? text : text.replace(/(?<!0)0+$/, '').replace(/\.$/, '');
  if (exponent < -4 || exponent >= significant) {
    return joinExponent(trim(digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits), exponent);
  }
  return withPoint(trim(fixedDigits(value, significant - 1 - exponent)), alternate);
}

/** An integer in one of Python's integer formats: `d`, `b`, `o`, `x` or `X`. */
export function formatInteger(value: bigint, type: string, style: NumberStyle): NumberText {
  const radix = INTEGER_RADIX.get(type.toLowerCase()) ?? fail(`unknown format code '${type}' for an int`);
  const magnitude = (value < 0n ? -value : value).toString(radix);
  const prefix = style.alternate && radix !== 10 ? `0${type}` : '';
  return {
    sign: signText(value < 0n, style.sign) + prefix,
    digits: type === 'X' ? magnitude.toUpperCase() : magnitude,
  };
}

const INTEGER_RADIX = new Map([
  ['d', 10],
  ['b', 2],
  ['o', 8],
  ['x', 16],
]);

function signText(isNegative: boolean, sign: NumberStyle['sign']): string {
  if (isNegative) return '-';
  return sign === '-' ? '' : sign;
}
