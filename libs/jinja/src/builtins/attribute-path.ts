import { isText, plainText } from '../values/inspect.js';
import { Undefined, type Value, NONE } from '../values/value.js';
import type { Host } from './call.js';

/** Reads one attribute, or what `attribute='a.b.0'` names, of an item. */
export type AttributeGetter = (item: Value) => Value;

/**
 * What the `attribute` argument of a filter stands for: a path with dots, whose numbers are indexes. Without one the
 * item itself is meant. `fallback` replaces what is not there.
 */
export function attributeGetter(attribute: Value | undefined, host: Host, fallback?: Value): AttributeGetter {
  const parts = pathParts(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      host.budget.spendItems(1);
      value = host.item(value, part);
      if (value instanceof Undefined && fallback !== undefined && fallback !== NONE) value = fallback;
    }
    return value;
  };
}

/** As `attributeGetter`, for several paths between commas: `attribute='age,name'`. */
export function attributeGetters(attribute: Value | undefined, host: Host): AttributeGetter[] {
  if (!isText(attribute)) return [attributeGetter(attribute, host)];
  return plainText(attribute)
    .split(',')
    .map((path) => attributeGetter(path, host));
}

function pathParts(attribute: Value | undefined): Value[] {
  if (attribute === undefined || attribute === NONE) return [];
  if (!isText(attribute)) return [attribute];
  return plainText(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

/** What texts are compared by when upper and lower case count as the same. */
export function foldCase(value: Value, isCaseSensitive: boolean): Value {
  return !isCaseSensitive && isText(value) ? plainText(value).toLowerCase() : value;
}
