import {
  defineErrors,
  encodeInteger,
  encodeNumber,
  isEncodedFloat,
  isEncodedInteger,
  isFloat,
  isInteger,
  isJsonObject,
  isValueRef,
  MAX_VALUE_BYTES,
  numberOf,
  type EncodedNumber,
  type Json,
  type JsonObject,
} from '@tenon/base';
import { isFileValue } from './file.js';

/**
 * A value as it lies in pool, plan, messages and events: plain JSON, with these tagged objects for what JSON would
 * lose: `{ $float }` and `{ $int }` (see `@tenon/base` number.ts), `{ $ref }` for a large value in the object store
 * (value-ref.ts), `{ $secret: id }` for a secret that only the activity which needs it may open, and `{ $parts }`
 * for a run's answer that is joined with a large value (run-outputs.ts). A user's own key that starts with `$`
 * carries one more `$`. `encode`, `decode`, `parseJsonText` and `jsonText` are the only doors.
 */
export type Value = Json;

/** What a step gives: values by output name. */
export type Outputs = Readonly<Record<string, Value>>;

/** Names of value types as the app format writes them. */
export type ValueType =
  | 'string'
  | 'number'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'object'
  | 'secret'
  | 'file'
  | 'none'
  | 'any'
  | 'array[any]'
  | 'array[string]'
  | 'array[number]'
  | 'array[object]'
  | 'array[file]'
  | 'array[boolean]';

/** Lists and mappings deeper than this are refused, so that no recursion over a value can run out of stack. */
export const MAX_VALUE_DEPTH = 500;

const errors = defineErrors('value', { tooDeep: 'invalid', tooLarge: 'invalid', notJson: 'internal' });

/** The error for a value nested deeper than `MAX_VALUE_DEPTH`. */
export const tooDeep = () => errors.tooDeep(`The value is nested deeper than ${MAX_VALUE_DEPTH} levels.`);

/** The error for a value larger than `MAX_VALUE_BYTES`. @param what  begins the sentence, such as `The output "text"` */
export const tooLarge = (what: string) =>
  errors.tooLarge(`${what} is larger than ${MAX_VALUE_BYTES / 1024 / 1024} MB, the most that one value may hold.`, {
    details: { limitBytes: MAX_VALUE_BYTES },
  });

/** A user's key as it is stored: one more `$` before a leading `$`. */
export const storedKey = (key: string): string => (key.startsWith('$') ? `$${key}` : key);

const userKey = (key: string): string => (key.startsWith('$$') ? key.slice(1) : key);

/** True for a mapping of the user's, in contrast to a list, a scalar and the tagged objects. */
export function isMapping(value: Value | undefined): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const keys = Object.keys(value);
  const only = keys.length === 1 ? (keys[0] as string) : '';
  return !only.startsWith('$') || only.startsWith('$$');
}

/** The entries of a mapping with the user's own keys. */
export function entriesOf(mapping: JsonObject): [string, Value][] {
  return Object.entries(mapping).map(([key, value]) => [userKey(key), value]);
}

/** True for an encoded number, whole or not. */
export function isNumber(value: Value | undefined): value is EncodedNumber & Json {
  return typeof value === 'number' || isEncodedFloat(value) || isEncodedInteger(value);
}

/** True for a reference to a secret. */
export function isSecret(value: Value | undefined): value is JsonObject & { readonly $secret: string } {
  return isJsonObject(value) && typeof value['$secret'] === 'string' && Object.keys(value).length === 1;
}

/** The reference that stands for the secret sealed under `id`. */
export function secretOf(id: string): Value {
  return { $secret: id };
}

/** Does a secret or a value reference stand in `value`, at any depth? */
export function holdsReference(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsReference);
  if (isValueRef(value) || isSecret(value)) return true;
  return Object.values(value as JsonObject).some(holdsReference);
}

/**
 * A JavaScript value as a Value: whole numbers are integers, members without a value fall away as in JSON.
 * @throws value.tooDeep (cycles too), value.notJson for functions and symbols
 */
export function encode(plain: unknown, depth = 0): Value {
  switch (typeof plain) {
    case 'string':
    case 'boolean':
      return plain;
    case 'bigint':
      return encodeInteger(plain) as Json;
    case 'number':
      return encodeNumber(Number.isInteger(plain) ? BigInt(plain).toString() : String(plain)) as Json;
    case 'undefined':
      return null;
    case 'object':
      return plain === null ? null : encodeMembers(plain, depth);
    default:
      throw errors.notJson(`A ${typeof plain} is not a value.`);
  }
}

function encodeMembers(plain: object, depth: number): Value {
  if (depth >= MAX_VALUE_DEPTH) throw tooDeep();
  if (Array.isArray(plain)) return plain.map((item: unknown) => encode(item, depth + 1));
  const members = Object.entries(plain).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [storedKey(key), encode(member, depth + 1)]));
}

/**
 * A Value as plain JSON for those who read JavaScript numbers: large integers lose digits, `1.0` becomes `1` and what
 * is not finite becomes null. References to secrets and to large values stay as they are.
 */
export function decode(value: Value): Json {
  if (isNumber(value)) {
    const number = numberOf(value);
    return Number.isFinite(number) ? number + 0 : null;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  if (!isMapping(value)) return value;
  return Object.fromEntries(entriesOf(value).map(([key, member]) => [key, decode(member)]));
}

/** The type of a value as it is, whatever was declared. A large value is `any`: only who opens it can tell. */
export function typeOf(value: Value): ValueType {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  if (isInteger(value)) return 'integer';
  if (isFloat(value)) return 'float';
  if (Array.isArray(value)) return typeOfList(value);
  if (isSecret(value)) return 'secret';
  if (isFileValue(value)) return 'file';
  return isValueRef(value) ? 'any' : 'object';
}

function typeOfList(list: readonly Value[]): ValueType {
  const kinds = new Set(list.map((item) => (isNumber(item) ? 'number' : typeOf(item))));
  const [kind] = kinds;
  const hasOneArrayType =
    kinds.size === 1 && ['string', 'number', 'boolean', 'object', 'file'].includes(kind as string);
  return hasOneArrayType ? (`array[${kind}]` as ValueType) : 'array[any]';
}

/** May a variable of `type` hold `value`? Whole and other numbers count as one; a large value is let through. */
export function isAssignable(type: ValueType, value: Value): boolean {
  if (type === 'any' || isValueRef(value)) return true;
  if (type.startsWith('array[')) {
    const element = type.slice('array['.length, -1) as ValueType;
    return Array.isArray(value) && value.every((item: Value) => isAssignable(element, item));
  }
  switch (type) {
    case 'number':
    case 'integer':
    case 'float':
      return isNumber(value);
    case 'secret':
      return typeof value === 'string' || isSecret(value);
    default:
      return typeOf(value) === type;
  }
}
