import { isJsonObject, type Json } from './json.js';

/** A float that JavaScript would print as an integer or cannot write in JSON: `1.0`, `1e+16`, `nan`, `inf`. */
export interface EncodedFloat {
  readonly $float: string;
}
/** An integer beyond 2^53. */
export interface EncodedInteger {
  readonly $int: string;
}
/** A number as it lies in a value: integers and floats stay apart (docs/adr: numbers). */
export type EncodedNumber = number | EncodedFloat | EncodedInteger;

const INTEGER = /^-?\d+$/;

/** Encodes the text of a JSON, YAML or Python number; `1` is an integer, `1.0` and `1e3` are floats. */
export function encodeNumber(text: string): EncodedNumber {
  if (INTEGER.test(text)) {
    const integer = Number(text);
    return Number.isSafeInteger(integer) ? (Object.is(integer, -0) ? 0 : integer) : { $int: BigInt(text).toString() };
  }
  return encodeFloat(Number(text));
}

/** Encodes a float: integral and non-finite ones need the tagged form, others are plain numbers. */
export function encodeFloat(value: number): EncodedNumber {
  return Number.isFinite(value) && !Number.isInteger(value) ? value : { $float: floatText(value) };
}

/** Encodes an integer of any size. */
export function encodeInteger(value: bigint): EncodedNumber {
  const integer = Number(value);
  return Number.isSafeInteger(integer) ? integer : { $int: value.toString() };
}

/** True for a tagged float such as `{ $float: '1.0' }`; a plain non-integral number is a float too, see `isFloat`. */
export function isEncodedFloat(value: Json | undefined): value is EncodedFloat & Json {
  return isJsonObject(value) && typeof value['$float'] === 'string' && Object.keys(value).length === 1;
}

/** True for a tagged integer. */
export function isEncodedInteger(value: Json | undefined): value is EncodedInteger & Json {
  return isJsonObject(value) && typeof value['$int'] === 'string' && Object.keys(value).length === 1;
}

/** Is the encoded value a float? */
export function isFloat(value: Json | undefined): value is number | (EncodedFloat & Json) {
  return isEncodedFloat(value) || (typeof value === 'number' && !Number.isInteger(value));
}

/** Is the encoded value an integer? */
export function isInteger(value: Json | undefined): value is number | (EncodedInteger & Json) {
  return isEncodedInteger(value) || (typeof value === 'number' && Number.isInteger(value));
}

/** The number as a JavaScript double; integers beyond 2^53 lose digits, so compare those with `integerOf`. */
export function numberOf(value: EncodedNumber): number {
  if (typeof value === 'number') return value;
  if ('$int' in value) return Number(value.$int);
  if (value.$float === 'nan') return NaN;
  if (value.$float === 'inf') return Infinity;
  if (value.$float === '-inf') return -Infinity;
  return Number(value.$float);
}

/** The integer without loss; floats are cut towards zero, as Python's `int()` does. */
export function integerOf(value: EncodedNumber): bigint {
  if (typeof value === 'object' && '$int' in value) return BigInt(value.$int);
  return BigInt(Math.trunc(numberOf(value)));
}

/** The text of a float as Python's `repr` writes it: `1.0`, `0.1`, `1e+16`, `1e-05`, `nan`, `inf`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${mantissa}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** The text of an encoded number as Python's `str` writes it. */
export function numberText(value: EncodedNumber): string {
  if (typeof value === 'object') return '$int' in value ? value.$int : value.$float;
  return Number.isInteger(value) ? String(value) : floatText(value);
}
