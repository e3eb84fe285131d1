import { fail } from '../errors.js';
import { toRepr } from '../values/text.js';
import { Dict, DictView, Tuple, typeName, Undefined, type Value, NONE } from '../values/value.js';
import { builtinTable, type Arguments, type Call, type Host } from './call.js';
import { itemsOf } from './items.js';

/** Methods of dicts. Some change the dict, as in Python. */
export const dictMethods = builtinTable<Dict>({
  clear: [
    '',
    (dict) => {
      dict.clear();
      return NONE;
    },
  ],
  copy: [
    '',
    (dict, _args, host) => {
      host.budget.spendItems(dict.size);
      return new Dict(dict.entries());
    },
  ],
  get: ['key default?', (dict, [key, fallback]) => dict.get(key as Value) ?? fallback ?? NONE],
  items: ['', (dict) => new DictView(dict, 'items')],
  keys: ['', (dict) => new DictView(dict, 'keys')],
  pop: ['key default?', pop],
  popitem: ['', popItem],
  setdefault: [
    'key default?',
    (dict, [key, fallback], host) => {
      if (!dict.has(key as Value)) put(dict, key as Value, fallback ?? NONE, host);
      return dict.get(key as Value) ?? NONE;
    },
  ],
  update: [
    '*',
    (dict, _args, host, call) => {
      for (const [key, value] of pairsOfCall('update', call, host)) put(dict, key, value, host);
      return NONE;
    },
  ],
  values: ['', (dict) => new DictView(dict, 'values')],
});

function put(dict: Dict, key: Value, value: Value, host: Host): void {
  dict.set(key, value);
  host.budget.spendItems(1);
}

function pop(dict: Dict, [key, fallback]: Arguments, host: Host): Value {
  const value = dict.get(key as Value);
  if (value === undefined) return fallback ?? fail(`there is no key ${toRepr(key as Value, host.budget)}`);
  dict.delete(key as Value);
  return value;
}

function popItem(dict: Dict): Value {
  const last = dict.entries().at(-1);
  if (!last) return fail('popitem(): dictionary is empty');
  dict.delete(last[0]);
  return new Tuple(last);
}

/** The entries that `dict(…)`, `namespace(…)` and `update(…)` are called with: a mapping or pairs, then keywords. */
export function pairsOfCall(name: string, call: Call, host: Host): (readonly [Value, Value])[] {
  if (call.positional.length > 1) fail(`${name} expected at most 1 argument, got ${call.positional.length}`);
  const [source] = call.positional;
  return [...(source === undefined ? [] : pairsOf(source, host)), ...call.keywords.entries()];
}

function pairsOf(source: Value, host: Host): (readonly [Value, Value])[] {
  if (source instanceof Undefined) return [];
  if (source instanceof Dict) {
    host.budget.spendItems(source.size);
    return source.entries();
  }
  return itemsOf(source, host.budget).map((item) => {
    const pair = itemsOf(item, host.budget);
    if (pair.length !== 2) fail(`a ${typeName(item)} of ${pair.length} entries is not a pair of key and value`);
    return [pair[0] as Value, pair[1] as Value];
  });
}
