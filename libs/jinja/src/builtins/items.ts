import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { codePoints, isText, plainText } from '../values/inspect.js';
import { Dict, DictView, List, Range, Tuple, typeName, Undefined, type Value } from '../values/value.js';

/** What iterating over a value gives: entries, keys of a dict, characters of a text. Fails for other values. */
export function itemsOf(value: Value, budget: Budget): readonly Value[] {
  const items = itemsOrUndefined(value);
  if (items === undefined) return fail(`'${typeName(value)}' object is not iterable`);
  budget.spendItems(items.length);
  return items;
}

/** Can a template iterate over it? */
export function isIterable(value: Value): boolean {
  return (
    isText(value) ||
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range ||
    value instanceof Undefined
  );
}

function itemsOrUndefined(value: Value): readonly Value[] | undefined {
  if (value instanceof List || value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof DictView || value instanceof Range) return value.toItems();
  if (isText(value)) return codePoints(plainText(value));
  return value instanceof Undefined ? [] : undefined;
}
