import { floatText, pythonQuote } from '@tenon/base';
import type { Budget } from '../budget.js';
import { failTooDeep } from '../errors.js';
import { isText, plainText } from './inspect.js';
import { Dict, DictView, List, Markup, Range, Tuple, Undefined, type Value, NoneType } from './value.js';

// Deeper lists end as an error; Python gives up on them as well.
const MAX_NESTING = 200;

/** Python's `str` of a value: how it prints. */
export function toText(value: Value, budget: Budget): string {
  if (isText(value)) return plainText(value);
  return value instanceof Undefined ? '' : toRepr(value, budget);
}

/** Python's `repr` of a value: how it prints inside a list. */
export function toRepr(value: Value, budget: Budget): string {
  const writer = new ReprWriter(budget);
  writer.write(value);
  return writer.text;
}

class ReprWriter {
  text = '';
  readonly #open: Value[] = [];

  constructor(private readonly budget: Budget) {}

  write(value: Value): void {
    if (isScalar(value)) return this.#put(scalarText(value));
    if (this.#open.includes(value)) return this.#put(value instanceof Dict ? '{...}' : '[...]');
    if (this.#open.length >= MAX_NESTING) failTooDeep();
    this.#open.push(value);
    this.#writeContainer(value);
    this.#open.pop();
  }

  #writeContainer(value: Container): void {
    if (value instanceof List) this.#writeItems('[', value.items, ']');
    else if (value instanceof Tuple) this.#writeItems('(', value.items, value.items.length === 1 ? ',)' : ')');
    else if (value instanceof Dict) this.#writeEntries(value);
    else this.#writeItems(`dict_${value.kind}([`, value.toItems(), '])');
  }

  #writeItems(start: string, items: readonly Value[], end: string): void {
    this.#put(start);
    items.forEach((item, index) => {
      if (index > 0) this.#put(', ');
      this.write(item);
    });
    this.#put(end);
  }

  #writeEntries(dict: Dict): void {
    this.#put('{');
    dict.entries().forEach(([key, value], index) => {
      if (index > 0) this.#put(', ');
      this.write(key);
      this.#put(': ');
      this.write(value);
    });
    this.#put('}');
  }

  #put(text: string): void {
    this.budget.spendItems(1);
    this.text += text;
    this.budget.reserveChars(text.length, this.text.length);
  }
}

type Container = List | Tuple | Dict | DictView;

function isScalar(value: Value): value is Exclude<Value, Container> {
  return !(value instanceof List || value instanceof Tuple || value instanceof Dict || value instanceof DictView);
}

function scalarText(value: Exclude<Value, Container>): string {
  if (value instanceof NoneType) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return floatText(value);
  if (typeof value === 'string') return pythonQuote(value);
  if (value instanceof Markup) return `Markup(${pythonQuote(value.html)})`;
  if (value instanceof Range) return rangeText(value);
  return value instanceof Undefined ? 'Undefined' : value.text;
}

function rangeText(range: Range): string {
  const step = range.step === 1n ? '' : `, ${range.step}`;
  return `range(${range.start}, ${range.stop}${step})`;
}
