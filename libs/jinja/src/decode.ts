import { integerOf, isEncodedFloat, isEncodedInteger, isJsonObject, numberOf, type Json } from '@tenon/base';
import { fail, failTooDeep } from './errors.js';
import { Dict, List, type Value, NONE } from './values/value.js';

const MAX_NESTING = 200;

/**
 * The value of an input, from its encoded form (`@tenon/base` number.ts). Fails for a reference to a stored value or
 * a secret: those are resolved before a template sees them.
 */
export function decodeInput(value: Json, depth = 0): Value {
  if (depth > MAX_NESTING) failTooDeep();
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return new List(value.map((item: Json) => decodeInput(item, depth + 1)));
  if (isEncodedFloat(value)) return numberOf(value);
  if (isEncodedInteger(value)) return integerOf(value);
  if (value === null) return NONE;
  if (!isJsonObject(value)) return value as string | boolean;
  const keys = Object.keys(value);
  if (keys.length === 1 && UNRESOLVED.has(keys[0] as string)) fail('an input holds a reference that was not resolved');
  return new Dict(keys.map((key) => [decodeKey(key), decodeInput(value[key] as Json, depth + 1)]));
}

const UNRESOLVED: ReadonlySet<string> = new Set(['$ref', '$secret']);

// A key of the user's that starts with `$` carries one more.
function decodeKey(key: string): string {
  return key.startsWith('$$') ? key.slice(1) : key;
}
