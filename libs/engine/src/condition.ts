import {
  defineErrors,
  encodeNumber,
  integerOf,
  isFloat,
  isInteger,
  isJsonObject,
  numberOf,
  type EncodedNumber,
  type Json,
} from '@tenon/base';
import { parseJsonText } from './json-text.js';
import type { Selector } from './plan.js';
import type { Lookup } from './step-result.js';
import { fillTemplate } from './template.js';
import { pythonRepr } from './text-form.js';
import { isMapping, isNumber, typeOf, type Value } from './value.js';

/** The comparisons, by the names authors see in their files. */
export type ConditionOperator =
  | 'contains'
  | 'not contains'
  | 'start with'
  | 'end with'
  | 'is'
  | 'is not'
  | 'empty'
  | 'not empty'
  | 'in'
  | 'not in'
  | 'all of'
  | '='
  | '≠'
  | '>'
  | '<'
  | '≥'
  | '≤'
  | 'null'
  | 'not null'
  | 'exists'
  | 'not exists';

/** One comparison. `expected` is a template when it is text; a list is taken as it is. */
export interface Condition {
  readonly selector: Selector;
  readonly operator: ConditionOperator;
  readonly expected: Value;
}

/** Comparisons joined by one word; an empty group holds for `and` and does not for `or`. */
export interface ConditionGroup {
  readonly logic: 'and' | 'or';
  readonly conditions: readonly Condition[];
}

const errors = defineErrors('condition', {
  variableNotFound: 'invalid',
  wrongType: 'invalid',
  wrongExpected: 'invalid',
  unknownOperator: 'invalid',
});

/**
 * Does the group hold? Stops at the first comparison that decides, so what follows it may be missing.
 * @throws condition.variableNotFound, condition.wrongType, condition.wrongExpected, condition.unknownOperator
 */
export function evaluateGroup(group: ConditionGroup, lookup: Lookup): boolean {
  const holds = (condition: Condition) => evaluate(condition, lookup);
  return group.logic === 'and' ? group.conditions.every(holds) : group.conditions.some(holds);
}

type Test = (actual: Value, expected: Value) => boolean;

const contains: Test = (actual, expected) => {
  if (isFalsy(actual)) return false;
  if (typeof actual === 'string') return actual.includes(pythonStr(expected));
  if (Array.isArray(actual)) return isAmong(expected, actual);
  throw wrongType('contains', 'a string or a list', actual);
};

const affix =
  (operator: ConditionOperator, test: (actual: string, expected: string) => boolean): Test =>
  (actual, expected) => {
    if (isFalsy(actual)) return false;
    if (typeof actual !== 'string') throw wrongType(operator, 'a string', actual);
    if (typeof expected !== 'string') throw wrongExpected(operator, 'a string', expected);
    return test(actual, expected);
  };

const identity =
  (operator: ConditionOperator, wanted: boolean): Test =>
  (actual, expected) => {
    if (actual === null) return false;
    if (typeof actual !== 'string' && typeof actual !== 'boolean') {
      throw wrongType(operator, 'a string or a boolean', actual);
    }
    return isEqual(actual, expected) === wanted;
  };

const membership =
  (operator: ConditionOperator, wanted: boolean): Test =>
  (actual, expected) => {
    if (isFalsy(actual)) return !wanted;
    if (!Array.isArray(expected)) throw wrongExpected(operator, 'a list', expected);
    return isAmong(actual, expected) === wanted;
  };

const allOf: Test = (actual, expected) => {
  if (isFalsy(actual)) return false;
  const isOf = (type: string) => Array.isArray(expected) && expected.every((item) => typeof item === type);
  if (!isOf('string') && !isOf('boolean')) throw wrongExpected('all of', 'a list of strings or of booleans', expected);
  const wanted = expected as readonly Value[];
  if (Array.isArray(actual)) return wanted.every((item) => isAmong(item, actual));
  if (typeof actual !== 'string' || !isOf('string')) throw wrongType('all of', 'a list or a string', actual);
  return wanted.every((item) => actual.includes(item as string));
};

const numeric =
  (operator: ConditionOperator, wanted: boolean): Test =>
  (actual, expected) => {
    if (actual === null) return false;
    if (typeof actual === 'boolean') return (actual === !isFalsy(expected)) === wanted;
    if (isInteger(actual)) return (integerOf(actual) === toInteger(operator, expected)) === wanted;
    if (isFloat(actual)) return (numberOf(actual) === toFloat(operator, expected)) === wanted;
    throw wrongType(operator, 'a number or a boolean', actual);
  };

const ordering =
  (operator: ConditionOperator, test: (actual: bigint | number, expected: bigint | number) => boolean): Test =>
  (actual, expected) => {
    if (actual === null) return false;
    const left = magnitude(actual);
    if (left === undefined) throw wrongType(operator, 'a number', actual);
    if (typeof expected !== 'string') {
      const right = magnitude(expected);
      if (right === undefined) throw wrongExpected(operator, 'a number', expected);
      return test(left, right);
    }
    // whole numbers stay whole on both sides, so that large ones compare exactly
    const right = toFloat(operator, expected);
    return typeof left === 'bigint' && Number.isInteger(right) ? test(left, BigInt(right)) : test(Number(left), right);
  };

const isNone: Test = (actual) => actual === null;
const isEmpty: Test = (actual) => isFalsy(actual);
const not =
  (test: Test): Test =>
  (actual, expected) =>
    !test(actual, expected);

const TESTS: Readonly<Record<ConditionOperator, Test>> = {
  contains,
  'not contains': not(contains),
  'start with': affix('start with', (actual, expected) => actual.startsWith(expected)),
  'end with': affix('end with', (actual, expected) => actual.endsWith(expected)),
  is: identity('is', true),
  'is not': identity('is not', false),
  empty: isEmpty,
  'not empty': not(isEmpty),
  in: membership('in', true),
  'not in': membership('not in', false),
  'all of': allOf,
  '=': numeric('=', true),
  '≠': numeric('≠', false),
  '>': ordering('>', (actual, expected) => actual > expected),
  '<': ordering('<', (actual, expected) => actual < expected),
  '≥': ordering('≥', (actual, expected) => actual >= expected),
  '≤': ordering('≤', (actual, expected) => actual <= expected),
  null: isNone,
  'not null': not(isNone),
  exists: not(isNone),
  'not exists': isNone,
};

const WITHOUT_EXPECTED: readonly ConditionOperator[] = [
  'empty',
  'not empty',
  'null',
  'not null',
  'exists',
  'not exists',
];

function evaluate({ selector, operator, expected }: Condition, lookup: Lookup): boolean {
  const actual = lookup(selector);
  if (actual === undefined) throw errors.variableNotFound(`Variable ${pythonRepr([...selector])} not found`);
  if (!Object.hasOwn(TESTS, operator)) throw errors.unknownOperator(`There is no comparison named "${operator}".`);
  const test = TESTS[operator];
  return test(actual, WITHOUT_EXPECTED.includes(operator) ? null : prepare(actual, operator, expected, lookup));
}

// For a boolean variable the author's text is read as a boolean, whatever the comparison.
function prepare(actual: Value, operator: ConditionOperator, expected: Value, lookup: Lookup): Value {
  const filled = typeof expected === 'string' ? fillTemplate(expected, lookup) : expected;
  const type = typeOf(actual);
  if (type !== 'boolean' && type !== 'array[boolean]') return filled;
  if (Array.isArray(filled)) return filled.map((item: Value) => toBoolean(operator, item));
  return toBoolean(operator, filled);
}

function toBoolean(operator: ConditionOperator, expected: Value): boolean {
  const value = typeof expected === 'string' ? parsedOrNull(expected) : expected;
  if (typeof value === 'boolean') return value;
  if (isInteger(value)) return integerOf(value) !== 0n;
  throw wrongExpected(operator, 'true or false', expected);
}

function parsedOrNull(text: string): Value {
  try {
    return parseJsonText(text);
  } catch {
    return null; // refused by the caller, which knows the comparison
  }
}

const NUMERAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
/** Reading a whole number takes more than twice as long for twice its digits; Python stops here, too. */
const MAX_DIGITS = 4300;
const NOT_FINITE = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/** Python's `float()`. */
function toFloat(operator: ConditionOperator, expected: Value): number {
  if (typeof expected === 'boolean') return Number(expected);
  if (isNumber(expected)) return numberOf(expected);
  if (typeof expected === 'string') {
    const text = expected.trim();
    if (NUMERAL.test(text)) return Number(text.replaceAll('_', ''));
    const special = NOT_FINITE.exec(text);
    if (special) return special[2] === undefined ? NaN : special[1] === '-' ? -Infinity : Infinity;
  }
  throw wrongExpected(operator, 'a number', expected);
}

/** Python's `int()`: cuts floats, takes whole numerals only from text. */
function toInteger(operator: ConditionOperator, expected: Value): bigint {
  if (typeof expected === 'boolean') return BigInt(expected);
  if (isNumber(expected) && Number.isFinite(numberOf(expected))) return integerOf(expected);
  const text = typeof expected === 'string' ? expected.trim() : '';
  if (text.length > MAX_DIGITS || !/^[+-]?\d+(_\d+)*$/.test(text))
    throw wrongExpected(operator, 'a whole number', expected);
  return integerOf(encodeNumber(text.replace(/^\+/, '').replaceAll('_', '')));
}

/** The number for comparing; undefined when it is none. Booleans count as 0 and 1. */
function magnitude(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return BigInt(value);
  if (isInteger(value)) return integerOf(value as EncodedNumber);
  return isFloat(value) ? numberOf(value) : undefined;
}

/** Python's truth: `''`, 0, false, none, `[]` and `{}` are not. */
function isFalsy(value: Value): boolean {
  if (value === null || value === '' || value === false) return true;
  if (isNumber(value)) return numberOf(value) === 0;
  if (Array.isArray(value)) return value.length === 0;
  return isMapping(value) && Object.keys(value).length === 0;
}

/** Python's `==`: numbers and booleans by magnitude, lists and mappings by content. */
function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [magnitude(a), magnitude(b)];
  // loosely, since a bigint and a double of the same magnitude are equal
  if (left !== undefined && right !== undefined) return left == right;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Value, i) => isEqual(item, b[i] as Value));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key] as Json, b[key] as Json));
}

const isAmong = (value: Value, list: readonly Value[]): boolean => list.some((item) => isEqual(item, value));

const pythonStr = (value: Value): string => (typeof value === 'string' ? value : pythonRepr(value));

const wrongType = (operator: ConditionOperator, wanted: string, actual: Value) =>
  errors.wrongType(`"${operator}" compares ${wanted}, but the variable holds ${typeOf(actual)}.`);

const wrongExpected = (operator: ConditionOperator, wanted: string, expected: Value) =>
  // by type only: the text may have been filled with a secret
  errors.wrongExpected(`"${operator}" needs ${wanted} to compare with; the ${typeOf(expected)} given is none.`);
