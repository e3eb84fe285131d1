import { fail } from '../errors.js';

// More digits than any float has; Python would go on printing zeros.
const MAX_PLACES = 1_100;

/** A float as `digits / 10 ** scale`, without loss. */
interface ExactDecimal {
  readonly digits: bigint;
  readonly scale: number;
}

function exactDecimal(value: number): ExactDecimal {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const exponentBits = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const mantissa = exponentBits === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  if (exponent >= 0) return { digits: signed << BigInt(exponent), scale: 0 };
  return { digits: signed * 5n ** BigInt(-exponent), scale: -exponent };
}

/** `value * 10 ** places`, rounded half to even on the exact value of the float. */
function scaledInteger(value: number, places: number): bigint {
  if (places > MAX_PLACES) fail('precision too big');
  const { digits, scale } = exactDecimal(value);
  if (places >= scale) return digits * 10n ** BigInt(places - scale);
  return divideHalfEven(digits, 10n ** BigInt(scale - places));
}

/** Division rounded to the nearest integer, halves to the even one. `divisor` is positive. */
export function divideHalfEven(value: bigint, divisor: bigint): bigint {
  const floor = value / divisor - (value < 0n && value % divisor !== 0n ? 1n : 0n);
  const twice = (value - floor * divisor) * 2n;
  if (twice > divisor || (twice === divisor && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}

/** Python's `round(value, places)` of a float; `places` may be negative. */
export function roundFloat(value: number, places: number): number {
  if (!Number.isFinite(value) || places > 330) return value;
  if (places < -330) return value * 0;
  const scaled = scaledInteger(value, places);
  const magnitude = Number(`${scaled < 0n ? -scaled : scaled}e${-places}`);
  return value < 0 ? -magnitude : magnitude;
}

/** The digits of `abs(value)` with so many places, as `%.2f` writes them. */
export function fixedDigits(value: number, places: number): string {
  const digits = scaledInteger(Math.abs(value), places)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** A float in scientific form: `digits` has one digit more than asked for places, the first before the point. */
export interface Scientific {
  readonly digits: string;
  readonly exponent: number;
}

/** `abs(value)` rounded to `places + 1` significant digits, as `%e` needs them. */
export function scientificDigits(value: number, places: number): Scientific {
  if (value === 0) return { digits: '0'.repeat(places + 1), exponent: 0 };
  const magnitude = Math.abs(value);
  const exponent = Number(magnitude.toExponential().split('e')[1]);
  const digits = scaledInteger(magnitude, places - exponent).toString();
  // 9.99 rounded to one digit is 10: one digit too many, the last of them zero
  if (digits.length > places + 1) return { digits: digits.slice(0, -1), exponent: exponent + 1 };
  return { digits, exponent };
}
