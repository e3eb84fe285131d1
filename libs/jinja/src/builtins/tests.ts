import { areEqual, isContained, isOrdered, type OrderOperator } from '../values/compare.js';
import { calculate } from '../values/arithmetic.js';
import { isText, plainText } from '../values/inspect.js';
import { toText } from '../values/text.js';
import { Dict, List, Markup, Range, TemplateObject, Tuple, Undefined, type Value, NONE } from '../values/value.js';
import { builtinTable, type Builtin, type BuiltinTable, type Host } from './call.js';
import { filters } from './filters.js';
import { isIterable } from './items.js';
import { isLowerCase, isUpperCase } from './text-predicates.js';

type TestEntry = readonly [parameters: string, run: Builtin<Value>['run']];

const equal: TestEntry = ['other', (value, [other], host) => areEqual(value, other as Value, host.budget)];
const notEqual: TestEntry = ['other', (value, [other], host) => !areEqual(value, other as Value, host.budget)];
const ordered = (operator: OrderOperator): TestEntry => [
  'other',
  (value, [other], host) => isOrdered(operator, value, other as Value, host.budget),
];
const hasRemainder = (value: Value, divisor: Value, rest: bigint, { budget }: Host): boolean =>
  areEqual(calculate('%', value, divisor, budget), rest, budget);
const property = (holds: (value: Value) => boolean): TestEntry => ['', (value) => holds(value)];

/** The tests of `is`, by name. */
export const tests: BuiltinTable<Value> = builtinTable<Value>({
  boolean: property((value) => typeof value === 'boolean'),
  callable: property((value) => value instanceof TemplateObject && value.invoke !== undefined),
  defined: property((value) => !(value instanceof Undefined)),
  divisibleby: ['num', (value, [num], host) => hasRemainder(value, num as Value, 0n, host)],
  escaped: property((value) => value instanceof Markup),
  even: ['', (value, _args, host) => hasRemainder(value, 2n, 0n, host)],
  false: property((value) => value === false),
  filter: property((value) => isText(value) && filters.has(plainText(value))),
  float: property((value) => typeof value === 'number'),
  in: ['seq', (value, [seq], host) => isContained(value, seq as Value, host.budget)],
  integer: property((value) => typeof value === 'bigint'),
  iterable: property(isIterable),
  lower: ['', (value, _args, host) => isLowerCase(toText(value, host.budget))],
  mapping: property((value) => value instanceof Dict),
  none: property((value) => value === NONE),
  number: property((value) => ['boolean', 'bigint', 'number'].includes(typeof value)),
  odd: ['', (value, _args, host) => hasRemainder(value, 2n, 1n, host)],
  sameas: ['other', (value, [other]) => value === other],
  sequence: property(isSequence),
  string: property(isText),
  test: property((value) => isText(value) && tests.has(plainText(value))),
  true: property((value) => value === true),
  undefined: property((value) => value instanceof Undefined),
  upper: ['', (value, _args, host) => isUpperCase(toText(value, host.budget))],
  '==': equal,
  eq: equal,
  equalto: equal,
  '!=': notEqual,
  ne: notEqual,
  '>': ordered('>'),
  gt: ordered('>'),
  greaterthan: ordered('>'),
  '>=': ordered('>='),
  ge: ordered('>='),
  '<': ordered('<'),
  lt: ordered('<'),
  lessthan: ordered('<'),
  '<=': ordered('<='),
  le: ordered('<='),
});

function isSequence(value: Value): boolean {
  return (
    isText(value) ||
    value instanceof List ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof Range ||
    value instanceof Undefined
  );
}
