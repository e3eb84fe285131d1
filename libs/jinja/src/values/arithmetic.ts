import type { Budget } from '../budget.js';
import { fail, templateErrors } from '../errors.js';
import { formatPercent } from './format-percent.js';
import { toHtml } from './html.js';
import { isText, plainText, requireDefined, toFloat, toNumber } from './inspect.js';
import { List, Markup, Tuple, typeName, type Value } from './value.js';

/** The operators that `calculate` knows. */
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

// Python does not print longer integers either.
const MAX_INTEGER_DIGITS = 4_300;
const MAX_INTEGER = 10n ** BigInt(MAX_INTEGER_DIGITS);
const LONG_INTEGER = 10n ** 40n;
const STEPS_OF_LONG_INTEGERS = 20;

/** Python's arithmetic, with its rules for ints, floats, texts and lists. Fails where Python raises. */
export function calculate(operator: ArithmeticOperator, left: Value, right: Value, budget: Budget): Value {
  const leftNumber = toNumber(left);
  const rightNumber = toNumber(right);
  if (leftNumber !== undefined && rightNumber !== undefined) {
    if (isLong(leftNumber) || isLong(rightNumber)) budget.spend(STEPS_OF_LONG_INTEGERS);
    return calculateNumbers(operator, leftNumber, rightNumber);
  }
  requireDefined(left);
  if (operator === '%' && isText(left)) return formatPercent(plainText(left), right, budget);
  requireDefined(right);
  const joined = operator === '+' ? join(left, right, budget) : undefined;
  const repeated = operator === '*' ? (repeat(left, right, budget) ?? repeat(right, left, budget)) : undefined;
  const sign = operator === '**' ? '** or pow()' : operator;
  return (
    joined ?? repeated ?? fail(`unsupported operand type(s) for ${sign}: '${typeName(left)}' and '${typeName(right)}'`)
  );
}

/** Python's unary `-` and `+`. */
export function applySign(operator: '-' | '+', value: Value): Value {
  const number = toNumber(value);
  if (number !== undefined) return operator === '-' ? -number : number;
  requireDefined(value);
  return fail(`bad operand type for unary ${operator}: '${typeName(value)}'`);
}

function isLong(value: number | bigint): boolean {
  return typeof value === 'bigint' && (value > LONG_INTEGER || value < -LONG_INTEGER);
}

function join(left: Value, right: Value, budget: Budget): Value | undefined {
  if (isText(left) && isText(right)) {
    budget.reserveChars(plainText(left).length + plainText(right).length);
    if (left instanceof Markup || right instanceof Markup) return new Markup(toHtml(left) + toHtml(right));
    return left + right;
  }
  if (left instanceof List && right instanceof List) {
    budget.reserveItems(left.items.length + right.items.length);
    return new List([...left.items, ...right.items]);
  }
  if (left instanceof Tuple && right instanceof Tuple) {
    budget.reserveItems(left.items.length + right.items.length);
    return new Tuple([...left.items, ...right.items]);
  }
  if (isText(left)) fail(`can only concatenate str (not "${typeName(right)}") to str`);
  if (left instanceof List) fail(`can only concatenate list (not "${typeName(right)}") to list`);
  if (left instanceof Tuple) fail(`can only concatenate tuple (not "${typeName(right)}") to tuple`);
  return undefined;
}

function repeat(value: Value, times: Value, budget: Budget): Value | undefined {
  if (typeof times === 'number' || typeof toNumber(times) !== 'bigint') return undefined;
  const count = Number(toNumber(times)) > 0 ? Number(toNumber(times)) : 0;
  if (isText(value)) {
    budget.reserveChars(plainText(value).length * count);
    const text = plainText(value) === '' ? '' : plainText(value).repeat(count);
    return value instanceof Markup ? new Markup(text) : text;
  }
  if (!(value instanceof List || value instanceof Tuple)) return undefined;
  const length = value.items.length * count;
  budget.reserveItems(length);
  const items = Array.from({ length }, (_, index) => value.items[index % value.items.length] as Value);
  return value instanceof List ? new List(items) : new Tuple(items);
}

function calculateNumbers(operator: ArithmeticOperator, left: number | bigint, right: number | bigint): Value {
  if (operator === '/') return divide(left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint')
    return boundInteger(calculateIntegers(operator, left, right));
  return calculateFloats(operator, toFloat(left), toFloat(right));
}

function divide(left: number | bigint, right: number | bigint): number {
  const integers = typeof left === 'bigint' && typeof right === 'bigint';
  const [dividend, divisor] = [toFloat(left), toFloat(right)];
  if (divisor === 0) fail(integers ? 'division by zero' : 'float division by zero');
  return dividend / divisor;
}

function boundInteger(value: Value): Value {
  if (typeof value === 'bigint' && (value >= MAX_INTEGER || value <= -MAX_INTEGER)) failTooManyDigits();
  return value;
}

function failTooManyDigits(): never {
  throw templateErrors.tooLong(`an integer of the template has more than ${MAX_INTEGER_DIGITS} digits`);
}

function calculateIntegers(operator: Exclude<ArithmeticOperator, '/'>, left: bigint, right: bigint): Value {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (operator === '**') return raiseInteger(left, right);
  if (right === 0n) fail('integer division or modulo by zero');
  const remainder = left % right;
  const isCut = remainder !== 0n && remainder < 0n !== right < 0n;
  if (operator === '%') return isCut ? remainder + right : remainder;
  return left / right - (isCut ? 1n : 0n);
}

function raiseInteger(base: bigint, exponent: bigint): Value {
  if (exponent < 0n) {
    if (base === 0n) fail('0.0 cannot be raised to a negative power');
    return toFloat(base) ** toFloat(exponent);
  }
  const magnitude = base < 0n ? -base : base;
  const bitsLess = magnitude.toString(2).length - 1;
  if (magnitude > 1n && exponent * BigInt(bitsLess) > BigInt(MAX_INTEGER_DIGITS * 4)) failTooManyDigits();
  if (magnitude <= 1n) return magnitude === 0n && exponent > 0n ? 0n : base < 0n && exponent % 2n === 1n ? -1n : 1n;
  return base ** exponent;
}

function calculateFloats(operator: Exclude<ArithmeticOperator, '/'>, left: number, right: number): number {
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (operator === '**') return raiseFloat(left, right);
  if (right === 0) fail(operator === '%' ? 'float modulo' : 'float floor division by zero');
  const [quotient, remainder] = divideFloor(left, right);
  return operator === '%' ? remainder : quotient;
}

function raiseFloat(base: number, exponent: number): number {
  if (base === 0 && exponent < 0) fail('0.0 cannot be raised to a negative power');
  if (base === 1) return 1;
  const power = base ** exponent;
  if (Number.isNaN(power) && Number.isFinite(base) && Number.isFinite(exponent)) {
    fail('a negative number cannot be raised to a fractional power');
  }
  if (!Number.isFinite(power) && Number.isFinite(base) && Number.isFinite(exponent)) fail('the result is too large');
  return power;
}

// The steps of Python's own float division, so that the last digits agree.
function divideFloor(left: number, right: number): [quotient: number, remainder: number] {
  let remainder = left % right;
  let quotient = (left - remainder) / right;
  if (remainder === 0) remainder = right < 0 ? -0 : 0;
  else if (remainder < 0 !== right < 0) {
    remainder += right;
    quotient -= 1;
  }
  if (quotient === 0) return [left / right < 0 || Object.is(left / right, -0) ? -0 : 0, remainder];
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, remainder];
}
