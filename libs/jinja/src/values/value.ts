import { fail, failTooDeep } from '../errors.js';
import type { Call } from '../builtins/call.js';

/**
 * A value inside a template, as Python sees it: `bigint` is an int, `number` a float. There is no way
 * from a value to an object of the host: attributes exist only where this library lists them.
 */
export type Value =
  | NoneType
  | boolean
  | bigint
  | number
  | string
  | Markup
  | List
  | Tuple
  | Dict
  | DictView
  | Range
  | Undefined
  | TemplateObject;

/** The type of `NONE`. Not `null`, which `??` would take for a value that is not there. */
export class NoneType {
  readonly isNone = true;
}

/** Python's None. */
export const NONE = new NoneType();

/** A text that is HTML already, so that `escape` leaves it alone. */
export class Markup {
  constructor(readonly html: string) {}
}

/** A Python list; methods of templates may change it. */
export class List {
  constructor(public items: Value[]) {}
}

/** A Python tuple; `names` gives its fields names, as in a named tuple. */
export class Tuple {
  constructor(
    readonly items: readonly Value[],
    readonly names: readonly string[] = [],
  ) {}
}

/** What Python's `range` gives. `length` is at most `MAX_ITEMS`. */
export class Range {
  constructor(
    readonly start: bigint,
    readonly stop: bigint,
    readonly step: bigint,
    readonly length: number,
  ) {}

  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }

  toItems(): bigint[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }
}

/** Something that is not there. It prints as nothing, and using it further fails with `reason`. */
export class Undefined {
  constructor(readonly reason: string) {}
}

/** A value with attributes of its own: a loop, a macro, a method. */
export abstract class TemplateObject {
  /** Python's name of the type, for error messages. */
  abstract readonly typeName: string;
  /** How it prints. */
  abstract readonly text: string;
  /** Calls it; absent when it cannot be called. */
  invoke?(call: Call): Value;

  attribute(_name: string): Value | undefined {
    return undefined;
  }
}

/** A function or method that this library offers to templates. */
export class BuiltinFunction extends TemplateObject {
  readonly typeName = 'builtin_function_or_method';
  readonly text: string;

  constructor(
    name: string,
    override readonly invoke: (call: Call) => Value,
  ) {
    super();
    this.text = `<built-in method ${name}>`;
  }
}

/** A Python dict: any hashable value is a key, entries keep their order, and `1`, `1.0` and `True` are one key. */
export class Dict {
  readonly #entries = new Map<string, readonly [Value, Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key; undefined when the key is absent or can be none. */
  get(key: Value): Value | undefined {
    const name = keyName(key);
    return name === undefined ? undefined : this.#entries.get(name)?.[1];
  }

  has(key: Value): boolean {
    return this.#entries.has(requireKey(key));
  }

  set(key: Value, value: Value): void {
    const name = requireKey(key);
    const present = this.#entries.get(name);
    this.#entries.set(name, [present ? present[0] : key, value]);
  }

  delete(key: Value): void {
    this.#entries.delete(requireKey(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  keys(): Value[] {
    return Array.from(this.#entries.values(), ([key]) => key);
  }

  values(): Value[] {
    return Array.from(this.#entries.values(), ([, value]) => value);
  }

  entries(): (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }
}

/** What `keys()`, `values()` and `items()` of a dict give: it follows later changes of the dict. */
export class DictView {
  constructor(
    readonly dict: Dict,
    readonly kind: 'keys' | 'values' | 'items',
  ) {}

  toItems(): Value[] {
    if (this.kind === 'keys') return this.dict.keys();
    if (this.kind === 'values') return this.dict.values();
    return this.dict.entries().map((entry) => new Tuple(entry));
  }
}

const MAX_TUPLE_KEY_CHARS = 20_000;
const MAX_TUPLE_NESTING = 200;

function requireKey(key: Value): string {
  return keyName(key) ?? fail(`unhashable type: '${typeName(key)}'`);
}

/** A text that is equal for equal keys; undefined for a value that cannot be a key, such as a list. */
export function keyName(key: Value, depth = 0): string | undefined {
  if (typeof key === 'string') return `s${key}`;
  if (key instanceof Markup) return `s${key.html}`;
  if (key === NONE) return 'none';
  if (typeof key === 'boolean') return key ? 'n1' : 'n0';
  if (typeof key === 'bigint') return `n${key}`;
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `n${key}`;
  if (key instanceof Undefined) return 'undefined';
  if (!(key instanceof Tuple)) return undefined;
  if (depth > MAX_TUPLE_NESTING) failTooDeep();
  let name = 't';
  for (const item of key.items) {
    const itemName = keyName(item, depth + 1);
    if (itemName === undefined) return undefined;
    name += `${itemName.length}:${itemName}`;
    // tuples may hold each other many times over: (t, t), and so on
    if (name.length > MAX_TUPLE_KEY_CHARS) fail('a tuple is too long to be a key');
  }
  return name;
}

/** Python's name of the type of a value. */
export function typeName(value: Value): string {
  if (value instanceof NoneType) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  if (value instanceof Markup) return 'Markup';
  if (value instanceof List) return 'list';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Range) return 'range';
  return value instanceof Undefined ? 'Undefined' : value.typeName;
}
