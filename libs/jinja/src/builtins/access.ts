import { fail } from '../errors.js';
import { codePoints, isText, missingAttribute, plainText, requireDefined } from '../values/inspect.js';
import {
  BuiltinFunction,
  Dict,
  List,
  Range,
  TemplateObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
  NONE,
} from '../values/value.js';
import { runBuiltin, type BuiltinTable, type Host } from './call.js';
import { dictMethods } from './dict-methods.js';
import { listMethods, sequenceMethods } from './list-methods.js';
import { textMethods } from './text-methods.js';

/** `value.name`: an attribute or method, else the entry of a dict, else undefined. Fails on an undefined value. */
export function getAttribute(value: Value, name: string, host: Host): Value {
  return ownAttribute(value, name, host) ?? entryOf(value, name) ?? missingAttribute(value, name);
}

/** `value[key]`: an entry, else an attribute of that name, else undefined. Fails on an undefined value. */
export function getItem(value: Value, key: Value, host: Host): Value {
  requireDefined(value);
  const found = entryOf(value, key) ?? indexed(value, key, host);
  if (found !== undefined) return found;
  if (isText(key)) return ownAttribute(value, plainText(key), host) ?? missingAttribute(value, plainText(key));
  return new Undefined(`${typeName(value)} object has no element ${typeof key === 'bigint' ? key : typeName(key)}`);
}

/** An attribute or method by name; undefined when there is none. Fails on an undefined value. */
export function ownAttribute(value: Value, name: string, host: Host): Value | undefined {
  requireDefined(value);
  if (value instanceof TemplateObject) return value.attribute(name);
  if (isText(value)) return method(textMethods, plainText(value), name, host);
  if (value instanceof List) return method(listMethods, value, name, host);
  if (value instanceof Dict) return method(dictMethods, value, name, host);
  if (!(value instanceof Tuple)) return undefined;
  const field = value.names.indexOf(name);
  return field >= 0 ? value.items[field] : method(sequenceMethods, value, name, host);
}

function method<Subject>(
  table: BuiltinTable<Subject>,
  subject: Subject,
  name: string,
  host: Host,
): BuiltinFunction | undefined {
  const builtin = table.get(name);
  return builtin && new BuiltinFunction(name, (call) => runBuiltin(name, builtin, subject, call, host));
}

function entryOf(value: Value, key: Value): Value | undefined {
  return value instanceof Dict ? value.get(key) : undefined;
}

function indexed(value: Value, key: Value, host: Host): Value | undefined {
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined;
  const index = Number(key);
  if (value instanceof List || value instanceof Tuple) return value.items.at(index);
  if (isText(value)) {
    host.budget.spendChars(plainText(value).length);
    return codePoints(plainText(value)).at(index);
  }
  if (!(value instanceof Range)) return undefined;
  const position = index < 0 ? value.length + index : index;
  return position >= 0 && position < value.length ? value.at(position) : undefined;
}

/** The parts of `value[start:stop:step]`; undefined where nothing is written. */
export interface SliceBounds {
  readonly start: Value | undefined;
  readonly stop: Value | undefined;
  readonly step: Value | undefined;
}

/** `value[start:stop:step]` of a text, list, tuple or range. Fails for other values. */
export function getSlice(value: Value, bounds: SliceBounds, host: Host): Value {
  requireDefined(value);
  const select = <Item>(items: readonly Item[]): Item[] => {
    host.budget.spendItems(items.length);
    return sliceIndexes(items.length, bounds).map((index) => items[index] as Item);
  };
  if (isText(value)) return select(codePoints(plainText(value))).join('');
  if (value instanceof List) return new List(select(value.items));
  if (value instanceof Tuple) return new Tuple(select(value.items));
  if (value instanceof Range) return new List(select(value.toItems()));
  return fail(`'${typeName(value)}' object cannot be sliced`);
}

function sliceIndexes(length: number, bounds: SliceBounds): number[] {
  const step = sliceBound(bounds.step) ?? 1;
  if (step === 0) fail('slice step cannot be zero');
  const lowest = step < 0 ? -1 : 0;
  const highest = step < 0 ? length - 1 : length;
  const clamp = (bound: number) => Math.max(lowest, Math.min(highest, bound < 0 ? bound + length : bound));
  const start = sliceBound(bounds.start);
  const stop = sliceBound(bounds.stop);
  const from = start === undefined ? (step < 0 ? highest : lowest) : clamp(start);
  const to = stop === undefined ? (step < 0 ? lowest : highest) : clamp(stop);
  const indexes: number[] = [];
  for (let index = from; step < 0 ? index > to : index < to; index += step) indexes.push(index);
  return indexes;
}

function sliceBound(value: Value | undefined): number | undefined {
  if (value === undefined || value === NONE) return undefined;
  if (typeof value !== 'bigint' && typeof value !== 'boolean') {
    return fail('slice indices must be integers or None');
  }
  return Number(value);
}
