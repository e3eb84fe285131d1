import { encodeFloat, integerOf, isFloat, numberOf, numberText, type JsonObject } from '@tenon/base';
import {
  entriesOf,
  isMapping,
  isNumber,
  parseJsonText,
  storedKey,
  typeOf,
  type Outputs,
  type Value,
} from '@tenon/engine';
import { outputErrors } from '../run/errors.js';
import type { CodeOutput, CodeOutputs } from './definition.js';

const MAX_DEPTH = 5;
const MAX_CHARACTERS = 400_000;
const MAX_NUMBER = 9_223_372_036_854_775_807n;
const MAX_FRACTION_DIGITS = 20;
const MAX_ITEMS = { 'array[string]': 30, 'array[object]': 30, 'array[number]': 1000, 'array[boolean]': Infinity };

/**
 * What `main` returned, held against what was declared. `result` is JSON text.
 * @throws output.notMapping, output.invalid, output.undeclared, output.tooDeep
 */
export function readOutputs(result: string, declared: CodeOutputs): Outputs {
  const value = parseJsonText(result);
  if (!isMapping(value))
    throw outputErrors.notMapping(`"main" must return a mapping with string keys, but it returned ${kindOf(value)}.`);
  return checkMembers(withFloats(value) as JsonObject, declared, '', 1);
}

/** Text that looks like scientific notation is a float. */
function withFloats(value: Value): Value {
  if (typeof value === 'string')
    return /^-?\d+(\.\d*)?[eE][+-]\d+$/.test(value) ? (encodeFloat(Number(value)) as Value) : value;
  if (Array.isArray(value)) return value.map(withFloats);
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withFloats(member)]));
}

function checkMembers(value: JsonObject, declared: CodeOutputs, path: string, depth: number): JsonObject {
  checkDepth(depth);
  const checked: [string, Value][] = [];
  for (const [name, output] of Object.entries(declared)) {
    const at = path === '' ? name : `${path}.${name}`;
    const key = storedKey(name);
    if (!Object.hasOwn(value, key)) throw outputErrors.invalid(`Output ${at} is missing.`);
    checked.push([key, checkOutput(value[key] as Value, output, at, depth)]);
  }
  if (checked.length < Object.keys(value).length)
    throw outputErrors.undeclared('Not all output parameters are validated.');
  return Object.fromEntries(checked);
}

function checkOutput(value: Value, { type, children }: CodeOutput, at: string, depth: number): Value {
  if (type === 'boolean' || value === null) return value;
  if (type === 'string') return checkText(value, at);
  if (type === 'number') return checkNumber(value, at);
  if (type !== 'object') return checkList(value, type, at, depth);
  if (!isMapping(value)) throw outputErrors.invalid(`Output ${at} is not an object, got ${kindOf(value)} instead.`);
  if (children) return checkMembers(value, children, at, depth + 1);
  checkLimits(value, at, depth + 1);
  return value;
}

function checkList(value: Value, type: keyof typeof MAX_ITEMS, at: string, depth: number): Value {
  if (!Array.isArray(value)) throw outputErrors.invalid(`Output ${at} is not an array, got ${kindOf(value)} instead.`);
  if (value.length > MAX_ITEMS[type])
    throw outputErrors.invalid(`The length of output variable ${at} must be at most ${MAX_ITEMS[type]} elements.`);
  return value.map((item: Value, index) => checkItem(item, type, `${at}[${index}]`, depth));
}

function checkItem(item: Value, type: keyof typeof MAX_ITEMS, at: string, depth: number): Value {
  if (type === 'array[number]') return checkNumber(item, at);
  if (item === null) return item;
  if (type === 'array[string]') return checkText(item, at);
  if (type === 'array[boolean]') {
    if (typeof item !== 'boolean') throw outputErrors.invalid(`Output ${at} must be a boolean, got ${kindOf(item)}.`);
    return item;
  }
  if (!isMapping(item)) throw outputErrors.invalid(`Output ${at} is not an object, got ${kindOf(item)} instead.`);
  checkLimits(item, at, depth + 1);
  return item;
}

function checkText(value: Value, at: string): string {
  if (typeof value !== 'string') throw outputErrors.invalid(`Output ${at} must be a string, got ${kindOf(value)}.`);
  if (value.length > MAX_CHARACTERS)
    throw outputErrors.invalid(`The length of output variable ${at} must be at most ${MAX_CHARACTERS} characters.`);
  return value.replaceAll('\0', '');
}

/** A number within the limits; a boolean counts as 0 or 1. */
function checkNumber(value: Value, at: string): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!isNumber(value)) throw outputErrors.invalid(`Output ${at} must be a number, got ${kindOf(value)}.`);
  const isTooLarge = isFloat(value)
    ? !(Math.abs(numberOf(value)) <= Number(MAX_NUMBER))
    : integerOf(value) > MAX_NUMBER || integerOf(value) < -MAX_NUMBER;
  if (isTooLarge) throw outputErrors.invalid(`Output ${at} must be between -${MAX_NUMBER} and ${MAX_NUMBER}.`);
  const fraction = numberText(value).split('.')[1] ?? '';
  if (fraction.length > MAX_FRACTION_DIGITS)
    throw outputErrors.invalid(`Output ${at} has more than ${MAX_FRACTION_DIGITS} decimals.`);
  return value;
}

/** Limits hold in what is not declared, too. */
function checkLimits(value: JsonObject, path: string, depth: number): void {
  checkDepth(depth);
  for (const [name, member] of entriesOf(value)) checkAny(member, `${path}.${name}`, depth);
}

function checkAny(value: Value, at: string, depth: number): void {
  if (typeof value === 'string') checkText(value, at);
  else if (isNumber(value)) checkNumber(value, at);
  else if (isMapping(value)) checkLimits(value, at, depth + 1);
  else if (Array.isArray(value)) checkAnyList(value, at, depth);
}

function checkAnyList(items: readonly Value[], at: string, depth: number): void {
  const [first] = items;
  if (first === undefined || first === null) return;
  const kind = elementKind(first);
  if (kind === undefined || items.some((item) => item !== null && elementKind(item) !== kind))
    throw outputErrors.invalid(`Output ${at} is not a valid array. Make sure all elements are of the same type.`);
  items.forEach((item, index) => checkAny(item, `${at}[${index}]`, depth));
}

function elementKind(value: Value): 'string' | 'number' | 'mapping' | undefined {
  if (typeof value === 'string') return 'string';
  if (isNumber(value) || typeof value === 'boolean') return 'number';
  return isMapping(value) ? 'mapping' : undefined;
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw outputErrors.tooDeep(`Depth limit ${MAX_DEPTH} reached, object too deep.`);
}

const kindOf = (value: Value): string => typeOf(value);
