import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { isText, plainText, requireDefined } from './inspect.js';
import { Dict, DictView, List, Range, Tuple, typeName, Undefined, type Value } from './value.js';

/** The operators that need an order between two values. */
export type OrderOperator = '<' | '<=' | '>' | '>=';

/** Python's `==`: ints, floats and bools compare by value, lists and dicts by their content. */
export function areEqual(left: Value, right: Value, budget: Budget): boolean {
  if (left === right) return true;
  const leftNumber = asNumber(left);
  if (leftNumber !== undefined) {
    const rightNumber = asNumber(right);
    return rightNumber !== undefined && areSameNumber(leftNumber, rightNumber);
  }
  if (isText(left)) {
    if (!isText(right)) return false;
    budget.spendChars(plainText(left).length);
    return plainText(left) === plainText(right);
  }
  budget.spendItems(1);
  budget.enter();
  const equal = areEqualContainers(left, right, budget);
  budget.leave();
  return equal;
}

function areEqualContainers(left: Value, right: Value, budget: Budget): boolean {
  if (left instanceof List) return right instanceof List && areEqualItems(left.items, right.items, budget);
  if (left instanceof Tuple) return right instanceof Tuple && areEqualItems(left.items, right.items, budget);
  if (left instanceof Range) {
    return right instanceof Range && areEqualItems(left.toItems(), right.toItems(), budget);
  }
  if (left instanceof Dict) return right instanceof Dict && areEqualDicts(left, right, budget);
  if (left instanceof DictView) {
    if (!(right instanceof DictView) || left.kind === 'values' || right.kind === 'values') return false;
    const rightItems = right.toItems();
    return (
      left.dict.size === right.dict.size && left.toItems().every((item) => includesValue(rightItems, item, budget))
    );
  }
  return left instanceof Undefined && right instanceof Undefined;
}

function areEqualItems(left: readonly Value[], right: readonly Value[], budget: Budget): boolean {
  budget.spendItems(left.length);
  return left.length === right.length && left.every((item, index) => areEqual(item, right[index] as Value, budget));
}

function areEqualDicts(left: Dict, right: Dict, budget: Budget): boolean {
  budget.spendItems(left.size);
  if (left.size !== right.size) return false;
  return left.entries().every(([key, value]) => {
    const other = right.get(key);
    return other !== undefined && areEqual(value, other, budget);
  });
}

/** Is a value equal to one of the items? */
export function includesValue(items: readonly Value[], value: Value, budget: Budget): boolean {
  budget.spendItems(items.length);
  return items.some((item) => areEqual(item, value, budget));
}

/** Python's `in`. Fails when the container is none. */
export function isContained(value: Value, container: Value, budget: Budget): boolean {
  if (isText(container)) {
    if (!isText(value)) {
      requireDefined(value);
      fail(`'in <string>' requires string as left operand, not ${typeName(value)}`);
    }
    budget.spendChars(plainText(container).length);
    return plainText(container).includes(plainText(value));
  }
  if (isText(value)) budget.spendChars(plainText(value).length);
  if (container instanceof Dict) return container.has(value);
  if (container instanceof DictView && container.kind === 'keys') return container.dict.has(value);
  if (container instanceof List || container instanceof Tuple) return includesValue(container.items, value, budget);
  if (container instanceof Range || container instanceof DictView) {
    return includesValue(container.toItems(), value, budget);
  }
  if (container instanceof Undefined) return false;
  return fail(`argument of type '${typeName(container)}' is not iterable`);
}

/** Python's `<`, `<=`, `>` and `>=`. Fails for values that have no order between them. */
export function isOrdered(operator: OrderOperator, left: Value, right: Value, budget: Budget): boolean {
  const leftNumber = asNumber(left);
  const rightNumber = asNumber(right);
  // not through a three-way result: everything is false for NaN
  if (leftNumber !== undefined && rightNumber !== undefined) return holds(operator, leftNumber, rightNumber);
  if (isText(left) && isText(right)) return holds(operator, compareTexts(plainText(left), plainText(right), budget), 0);
  const [leftItems, rightItems] = [orderedItems(left, right), orderedItems(right, left)];
  if (leftItems && rightItems) return isOrderedItems(operator, leftItems, rightItems, budget);
  requireDefined(left);
  requireDefined(right);
  return fail(`'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`);
}

function orderedItems(value: Value, other: Value): readonly Value[] | undefined {
  if (value instanceof List && other instanceof List) return value.items;
  return value instanceof Tuple && other instanceof Tuple ? value.items : undefined;
}

function isOrderedItems(
  operator: OrderOperator,
  left: readonly Value[],
  right: readonly Value[],
  budget: Budget,
): boolean {
  budget.spendItems(left.length);
  const difference = left.findIndex(
    (item, index) => index >= right.length || !areEqual(item, right[index] as Value, budget),
  );
  if (difference < 0 || difference >= right.length) return holds(operator, left.length, right.length);
  budget.enter();
  const ordered = isOrdered(operator, left[difference] as Value, right[difference] as Value, budget);
  budget.leave();
  return ordered;
}

function holds(operator: OrderOperator, left: number | bigint, right: number | bigint): boolean {
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function compareTexts(left: string, right: string, budget: Budget): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  budget.spendChars(at);
  if (at === length) return left.length - right.length;
  return codePointOrder(left.charCodeAt(at)) - codePointOrder(right.charCodeAt(at));
}

// UTF-16 order and code point order differ in one place: surrogates stand for code points above all others.
function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * Python's `sorted`: stable, and only with `<`. `keys` gives what each item is sorted by.
 */
export function sortByKeys(items: readonly Value[], keys: readonly Value[], reverse: boolean, budget: Budget): Value[] {
  budget.spendItems(items.length * Math.ceil(Math.log2(items.length + 1)));
  const order = items.map((_, index) => index);
  const before = (a: number, b: number) => isOrdered('<', keys[a] as Value, keys[b] as Value, budget);
  order.sort((a, b) => {
    const [first, second] = reverse ? [b, a] : [a, b];
    if (before(first, second)) return -1;
    return before(second, first) ? 1 : 0;
  });
  return order.map((index) => items[index] as Value);
}

function asNumber(value: Value): number | bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

// Comparing an int with a float is exact in JavaScript, as it is in Python.
function areSameNumber(left: number | bigint, right: number | bigint): boolean {
  return left <= right && left >= right;
}
