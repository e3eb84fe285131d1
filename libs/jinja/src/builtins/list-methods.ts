import { fail } from '../errors.js';
import { areEqual, sortByKeys } from '../values/compare.js';
import { List, type Tuple, type Value, NONE } from '../values/value.js';
import { builtinTable, flagArgument, integerArgument, type Arguments, type Host } from './call.js';
import { itemsOf } from './items.js';

/** Methods of tuples, and of lists as well. */
export const sequenceMethods = builtinTable<List | Tuple>({
  count: [
    'value',
    (list, [value], host) =>
      BigInt(itemsOf(list, host.budget).filter((item) => areEqual(item, value as Value, host.budget)).length),
  ],
  index: ['value start? stop?', indexOf],
});

/** Methods of lists. They change the list, as in Python. */
export const listMethods = builtinTable<List>({
  append: [
    'object',
    (list, [object], host) => {
      host.budget.reserveItems(list.items.length + 1);
      list.items.push(object as Value);
      return NONE;
    },
  ],
  clear: ['', (list, _args, host) => replaceItems(list, [], host)],
  copy: ['', (list, _args, host) => new List([...itemsOf(list, host.budget)])],
  count: ['value', (list, args, host, call) => sequenceMethods.get('count')?.run(list, args, host, call) ?? 0n],
  extend: [
    'iterable',
    (list, [iterable], host) => {
      const added = itemsOf(iterable as Value, host.budget);
      host.budget.reserveItems(list.items.length + added.length);
      return replaceItems(list, [...list.items, ...added], host);
    },
  ],
  index: ['value start? stop?', indexOf],
  insert: [
    'index object',
    (list, [index, object], host) => {
      host.budget.reserveItems(list.items.length + 1);
      list.items.splice(integerArgument(index), 0, object as Value);
      return NONE;
    },
  ],
  pop: ['index?', pop],
  remove: [
    'value',
    (list, [value], host) => {
      const index = itemsOf(list, host.budget).findIndex((item) => areEqual(item, value as Value, host.budget));
      if (index < 0) fail('list.remove(x): x not in list');
      list.items.splice(index, 1);
      return NONE;
    },
  ],
  reverse: ['', (list, _args, host) => replaceItems(list, list.items.toReversed(), host)],
  sort: [
    'reverse?',
    (list, [reverse], host) =>
      replaceItems(list, sortByKeys(list.items, list.items, flagArgument(reverse), host.budget), host),
  ],
});

function indexOf(list: List | Tuple, [value, start, stop]: Arguments, host: Host): Value {
  const items = itemsOf(list, host.budget);
  const from = integerArgument(start, 0);
  const to = integerArgument(stop, items.length);
  const begin = from < 0 ? Math.max(0, from + items.length) : from;
  const end = to < 0 ? to + items.length : to;
  const index = items.findIndex((item, at) => at >= begin && at < end && areEqual(item, value as Value, host.budget));
  return index < 0 ? fail('the value is not in the list') : BigInt(index);
}

function pop(list: List, [index]: Arguments, host: Host): Value {
  if (list.items.length === 0) fail('pop from empty list');
  const at = integerArgument(index, -1);
  const position = at < 0 ? at + list.items.length : at;
  if (position < 0 || position >= list.items.length) fail('pop index out of range');
  host.budget.spendItems(list.items.length - position);
  return list.items.splice(position, 1)[0] as Value;
}

function replaceItems(list: List, items: Value[], host: Host): Value {
  host.budget.spendItems(items.length);
  list.items = items;
  return NONE;
}
