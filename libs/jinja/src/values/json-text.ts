import { floatText } from '@tenon/base';
import type { Budget } from '../budget.js';
import { fail, failTooDeep } from '../errors.js';
import { sortByKeys } from './compare.js';
import { isText, plainText } from './inspect.js';
import { Dict, List, Tuple, typeName, type Value, NONE } from './value.js';

const MAX_NESTING = 200;

/**
 * A value as Jinja's `tojson` writes it: keys sorted, ASCII only, and safe inside HTML. `indent` is the white space
 * of one level; without it everything is on one line. Fails for what JSON cannot hold.
 */
export function toJson(value: Value, indent: string | undefined, budget: Budget): string {
  const writer = new JsonWriter(indent, budget);
  writer.write(value, '\n');
  return writer.text;
}

class JsonWriter {
  text = '';
  #depth = 0;

  constructor(
    private readonly indent: string | undefined,
    private readonly budget: Budget,
  ) {}

  write(value: Value, lineStart: string): void {
    if (value instanceof List || value instanceof Tuple) {
      const items = value.items.map((item) => (inner: string) => this.write(item, inner));
      this.#writeAll('[', items, ']', lineStart);
    } else if (value instanceof Dict) {
      this.#writeAll('{', this.#entries(value), '}', lineStart);
    } else {
      this.#put(scalarJson(value));
    }
  }

  #entries(dict: Dict): ((lineStart: string) => void)[] {
    const keys = dict.keys();
    return sortByKeys(keys, keys, false, this.budget).map((key) => (lineStart) => {
      this.#put(quoteJson(keyText(key)));
      this.#put(': ');
      this.write(dict.get(key) ?? NONE, lineStart);
    });
  }

  #writeAll(start: string, items: readonly ((lineStart: string) => void)[], end: string, lineStart: string): void {
    if (items.length === 0) return this.#put(start + end);
    if (++this.#depth > MAX_NESTING) failTooDeep();
    const inner = lineStart + (this.indent ?? '');
    this.#put(start);
    items.forEach((write, index) => {
      if (index > 0) this.#put(this.indent === undefined ? ', ' : ',');
      if (this.indent !== undefined) this.#put(inner);
      write(inner);
    });
    if (this.indent !== undefined) this.#put(lineStart);
    this.#put(end);
    this.#depth--;
  }

  #put(text: string): void {
    this.budget.spendItems(1);
    this.text += text;
    this.budget.reserveChars(text.length, this.text.length);
  }
}

function scalarJson(value: Value): string {
  if (isText(value)) return quoteJson(plainText(value));
  if (value === NONE) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return floatJson(value);
  return fail(`Object of type ${typeName(value)} is not JSON serializable`);
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function keyText(key: Value): string {
  if (isText(key)) return plainText(key);
  if (key === NONE || typeof key === 'boolean' || typeof key === 'bigint' || typeof key === 'number') {
    return scalarJson(key);
  }
  return fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

// Beyond what JSON.stringify escapes: everything outside ASCII, and what could end a script or an attribute.
function quoteJson(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&'\x7f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
