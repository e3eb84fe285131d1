import { fail } from '../errors.js';
import { Dict, DictView, List, Markup, Range, Tuple, typeName, Undefined, type Value, NONE } from './value.js';

/** Is it a string, marked as HTML or not? */
export function isText(value: Value | undefined): value is string | Markup {
  return typeof value === 'string' || value instanceof Markup;
}

/** The characters of a string. */
export function plainText(value: string | Markup): string {
  return typeof value === 'string' ? value : value.html;
}

/** Python's truth of a value. */
export function isTruthy(value: Value): boolean {
  if (value === NONE || value instanceof Undefined) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (isText(value)) return plainText(value) !== '';
  return lengthOf(value) !== 0;
}

/** Python's `len`, or undefined for what has no length. A text counts code points. */
export function lengthOf(value: Value): number | undefined {
  if (isText(value)) return countCodePoints(plainText(value));
  if (value instanceof List || value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
  return undefined;
}

const SURROGATE = /[\ud800-\udfff]/;

function countCodePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The code points of a text, which are what Python calls its characters. */
export function codePoints(text: string): string[] {
  return SURROGATE.test(text) ? Array.from(text) : text.split('');
}

/** What `name` is missing from, as Jinja words it. */
export function missingAttribute(owner: Value, name: string): Undefined {
  const kind = owner === NONE ? 'None' : `${typeName(owner)} object`;
  return new Undefined(`'${kind}' has no attribute '${name}'`);
}

/** Stops with Jinja's message when the value is not there. */
export function requireDefined(value: Value): void {
  if (value instanceof Undefined) fail(value.reason);
}

/** The number a value counts as; undefined for what is no number. */
export function toNumber(value: Value): number | bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** The float nearest to a number. Fails, as Python does, when an int is beyond all floats. */
export function toFloat(value: number | bigint): number {
  const float = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(float)) fail('int too large to convert to float');
  return float;
}
