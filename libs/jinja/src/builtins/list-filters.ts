import { fail } from '../errors.js';
import { calculate } from '../values/arithmetic.js';
import { areEqual, isOrdered, sortByKeys } from '../values/compare.js';
import { codePoints, isText, isTruthy, lengthOf, plainText } from '../values/inspect.js';
import { toText } from '../values/text.js';
import { Dict, keyName, List, Tuple, typeName, Undefined, type Value } from '../values/value.js';
import { attributeGetter, attributeGetters, foldCase } from './attribute-path.js';
import {
  builtinTable,
  flagArgument,
  integerArgument,
  optionalArgument,
  textArgument,
  type Arguments,
  type Host,
} from './call.js';
import { isIterable, itemsOf } from './items.js';

/** Filters that look at a list, or any other value with entries, as a whole. */
export const listFilters = builtinTable<Value>({
  batch: ['linecount fill_with?', batch],
  count: ['', length],
  d: ['default_value? boolean?', defaultTo],
  default: ['default_value? boolean?', defaultTo],
  dictsort: ['case_sensitive? by? reverse?', dictSort],
  first: ['', (value, _args, { budget }) => itemsOf(value, budget)[0] ?? noItem('first')],
  groupby: ['attribute default? case_sensitive?', groupBy],
  items: ['', itemPairs],
  join: ['d? attribute?', join],
  last: ['', (value, _args, { budget }) => itemsOf(value, budget).at(-1) ?? noItem('last')],
  length: ['', length],
  list: ['', (value, _args, { budget }) => new List([...itemsOf(value, budget)])],
  max: ['case_sensitive? attribute?', extreme('>')],
  min: ['case_sensitive? attribute?', extreme('<')],
  reverse: ['', reverse],
  slice: ['slices fill_with?', slice],
  sort: ['reverse? case_sensitive? attribute?', sort],
  sum: ['attribute? start?', sum],
  unique: ['case_sensitive? attribute?', unique],
});

function noItem(which: string): Undefined {
  return new Undefined(`No ${which} item, sequence was empty.`);
}

function batch(value: Value, [lineCount, fillWith]: Arguments, { budget }: Host): Value {
  const size = integerArgument(lineCount);
  const lines: Value[][] = [];
  let line: Value[] = [];
  for (const item of itemsOf(value, budget)) {
    if (line.length === size) {
      lines.push(line);
      line = [];
    }
    line.push(item);
  }
  const filler = optionalArgument(fillWith);
  if (filler !== undefined && line.length > 0 && line.length < size) {
    budget.reserveItems(size);
    while (line.length < size) line.push(filler);
  }
  if (line.length > 0) lines.push(line);
  return new List(lines.map((line) => new List(line)));
}

function slice(value: Value, [slices, fillWith]: Arguments, { budget }: Host): Value {
  const items = itemsOf(value, budget);
  const count = integerArgument(slices);
  if (count === 0) fail('integer division or modulo by zero');
  budget.reserveItems(Math.max(0, count));
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  const filler = optionalArgument(fillWith);
  const columns = Array.from({ length: Math.max(0, count) }, (_, index) => {
    const start = index * size + Math.min(index, longer);
    const column = items.slice(start, start + size + (index < longer ? 1 : 0));
    return new List(filler !== undefined && index >= longer ? [...column, filler] : [...column]);
  });
  return new List(columns);
}

function length(value: Value): Value {
  return BigInt(lengthOf(value) ?? fail(`object of type '${typeName(value)}' has no len()`));
}

function defaultTo(value: Value, [fallback, boolean]: Arguments): Value {
  const isMissing = value instanceof Undefined || (flagArgument(boolean) && !isTruthy(value));
  return isMissing ? (fallback ?? '') : value;
}

function dictSort(value: Value, [caseSensitive, by, isReversed]: Arguments, { budget }: Host): Value {
  if (!(value instanceof Dict)) return fail(`dictsort needs a dict, not '${typeName(value)}'`);
  const which = by === undefined ? 'key' : textArgument(by);
  if (which !== 'key' && which !== 'value') fail('You can only sort by either "key" or "value"');
  const entries = value.entries();
  const keys = entries.map((entry) => foldCase(entry[which === 'key' ? 0 : 1], flagArgument(caseSensitive)));
  const pairs = entries.map((entry) => new Tuple(entry));
  return new List(sortByKeys(pairs, keys, flagArgument(isReversed), budget));
}

function groupBy(value: Value, [attribute, fallback, caseSensitive]: Arguments, host: Host): Value {
  const read = attributeGetter(attribute, host, fallback);
  const items = itemsOf(value, host.budget);
  const keyOf = (item: Value) => foldCase(read(item), flagArgument(caseSensitive));
  const groups: { readonly key: Value; readonly items: Value[] }[] = [];
  for (const item of sortByKeys(items, items.map(keyOf), false, host.budget)) {
    const group = groups.at(-1);
    const key = keyOf(item);
    if (group && areEqual(group.key, key, host.budget)) group.items.push(item);
    else groups.push({ key, items: [item] });
  }
  return new List(
    groups.map((group) => new Tuple([read(group.items[0] as Value), new List(group.items)], ['grouper', 'list'])),
  );
}

function itemPairs(value: Value, _args: Arguments, { budget }: Host): Value {
  if (value instanceof Undefined) return new List([]);
  if (!(value instanceof Dict)) return fail('Can only get item pairs from a mapping.');
  budget.spendItems(value.size);
  return new List(value.entries().map((entry) => new Tuple(entry)));
}

function join(value: Value, [delimiter, attribute]: Arguments, host: Host): Value {
  const read = attributeGetter(attribute, host);
  const separator = delimiter === undefined ? '' : toText(delimiter, host.budget);
  let total = 0;
  const texts = itemsOf(value, host.budget).map((item) => {
    const text = toText(read(item), host.budget);
    total += text.length + separator.length;
    host.budget.reserveChars(text.length + separator.length, total);
    return text;
  });
  return texts.join(separator);
}

function extreme(operator: '<' | '>') {
  return (value: Value, [caseSensitive, attribute]: Arguments, host: Host): Value => {
    const read = attributeGetter(attribute, host);
    const [first, ...others] = itemsOf(value, host.budget);
    if (first === undefined) return new Undefined('No aggregated item, sequence was empty.');
    const keyOf = (item: Value) => foldCase(read(item), flagArgument(caseSensitive));
    let best = { item: first, key: keyOf(first) };
    for (const item of others) {
      const key = keyOf(item);
      if (isOrdered(operator, key, best.key, host.budget)) best = { item, key };
    }
    return best.item;
  };
}

function reverse(value: Value, _args: Arguments, { budget }: Host): Value {
  if (isText(value)) {
    budget.spendChars(plainText(value).length);
    return codePoints(plainText(value)).toReversed().join('');
  }
  if (!isIterable(value)) fail('argument must be iterable');
  return new List(itemsOf(value, budget).toReversed());
}

function sort(value: Value, [isReversed, caseSensitive, attribute]: Arguments, host: Host): Value {
  const getters = attributeGetters(attribute, host);
  const items = itemsOf(value, host.budget);
  const keys = items.map((item) => new List(getters.map((read) => foldCase(read(item), flagArgument(caseSensitive)))));
  return new List(sortByKeys(items, keys, flagArgument(isReversed), host.budget));
}

function sum(value: Value, [attribute, start]: Arguments, host: Host): Value {
  if (isText(start)) fail("sum() can't sum strings [use ''.join(seq) instead]");
  const read = attributeGetter(attribute, host);
  return itemsOf(value, host.budget).reduce<Value>(
    (total, item) => calculate('+', total, read(item), host.budget),
    start ?? 0n,
  );
}

function unique(value: Value, [caseSensitive, attribute]: Arguments, host: Host): Value {
  const read = attributeGetter(attribute, host);
  const seen = new Set<string>();
  const kept = itemsOf(value, host.budget).filter((item) => {
    const key = foldCase(read(item), flagArgument(caseSensitive));
    const name = keyName(key) ?? fail(`unhashable type: '${typeName(key)}'`);
    host.budget.spendChars(name.length);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
  return new List(kept);
}
