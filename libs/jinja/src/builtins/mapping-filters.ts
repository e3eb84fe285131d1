import { fail } from '../errors.js';
import { isTruthy, missingAttribute } from '../values/inspect.js';
import { List, type Value } from '../values/value.js';
import { ownAttribute } from './access.js';
import { attributeGetter } from './attribute-path.js';
import { builtinTable, textArgument, type Call, type Host } from './call.js';
import { itemsOf } from './items.js';

/** Filters that apply another filter, a test or an attribute to every entry, and `attr`. */
export const mappingFilters = builtinTable<Value>({
  attr: [
    'name',
    (value, [name], host) => {
      const key = textArgument(name);
      return ownAttribute(value, key, host) ?? missingAttribute(value, key);
    },
  ],
  map: ['*', map],
  reject: ['*', (value, _args, host, call) => choose(value, call, host, { byAttribute: false, keep: false })],
  rejectattr: ['*', (value, _args, host, call) => choose(value, call, host, { byAttribute: true, keep: false })],
  select: ['*', (value, _args, host, call) => choose(value, call, host, { byAttribute: false, keep: true })],
  selectattr: ['*', (value, _args, host, call) => choose(value, call, host, { byAttribute: true, keep: true })],
});

function map(value: Value, _args: unknown, host: Host, call: Call): Value {
  // Jinja passes over None and False as over an empty list
  if (!isTruthy(value)) return new List([]);
  const mapped: Value[] = [];
  const apply = mapper(call, host);
  for (const item of itemsOf(value, host.budget)) {
    host.budget.spend();
    mapped.push(apply(item));
  }
  return new List(mapped);
}

function mapper(call: Call, host: Host): (item: Value) => Value {
  const { positional, keywords } = call;
  const attribute = keywords.get('attribute');
  if (positional.length === 0 && attribute !== undefined) {
    const unknown = Array.from(keywords.keys()).find((key) => key !== 'attribute' && key !== 'default');
    if (unknown !== undefined) fail(`map() got an unexpected keyword argument '${unknown}'`);
    return attributeGetter(attribute, host, keywords.get('default'));
  }
  const [name, ...rest] = positional;
  if (name === undefined) fail('map requires a filter argument');
  const filterName = textArgument(name);
  return (item) => host.filter(filterName, item, { positional: rest, keywords });
}

interface Choice {
  /** Is the first argument the attribute to look at? */
  readonly byAttribute: boolean;
  /** Keeps the entries for which the test holds, else those for which it does not. */
  readonly keep: boolean;
}

function choose(value: Value, call: Call, host: Host, { byAttribute, keep }: Choice): Value {
  if (!isTruthy(value)) return new List([]);
  const [attribute, ...afterAttribute] = call.positional;
  if (byAttribute && attribute === undefined) fail('Missing parameter for attribute name');
  const read = attributeGetter(byAttribute ? attribute : undefined, host);
  const [name, ...rest] = byAttribute ? afterAttribute : call.positional;
  const testName = name === undefined ? undefined : textArgument(name);
  const holds = (item: Value): boolean =>
    testName === undefined ? isTruthy(item) : host.test(testName, item, { positional: rest, keywords: call.keywords });
  const kept = itemsOf(value, host.budget).filter((item) => {
    host.budget.spend();
    return holds(read(item)) === keep;
  });
  return new List(kept);
}
