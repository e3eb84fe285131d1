import type { Budget } from './budget.js';
import type { Scope } from './scope.js';
import type { BinaryExpression, Node } from './syntax/tree.js';
import { calculate, type ArithmeticOperator } from './values/arithmetic.js';
import { areEqual, isContained, isOrdered, type OrderOperator } from './values/compare.js';
import { isTruthy } from './values/inspect.js';
import { toText } from './values/text.js';
import type { Value } from './values/value.js';

/** What evaluates an operand. */
interface OperandEvaluator {
  readonly budget: Budget;
  evaluate(node: Node, scope: Scope): Value;
}

/**
 * The value of a chain of binary operators, from left to right. A loop, because the tree of `a ~ b ~ c …` is as deep
 * as the chain is long.
 */
export function evaluateBinary(node: BinaryExpression, scope: Scope, evaluator: OperandEvaluator): Value {
  const links: BinaryExpression[] = [];
  let first: Node = node;
  for (; first.type === 'BinaryExpression'; first = first.left) links.push(first);
  links.reverse();
  let value = evaluator.evaluate(first, scope);
  // the right side of a comparison is the left side of the next one: a < b < c
  let compared = value;
  for (let index = 0; index < links.length; index++) {
    const link = links[index] as BinaryExpression;
    evaluator.budget.spend();
    const isChained = continuesComparison(links[index - 1], link);
    if (isDecided(link, value, isChained)) continue;
    let right = evaluator.evaluate(link.right, scope);
    for (; bindsBefore(link, links[index + 1]); index++) {
      const end = evaluator.evaluate((links[index + 1] as BinaryExpression).right, scope);
      right = concatenate(right, end, evaluator.budget);
    }
    value = combine(link.operator.value, isChained ? compared : value, right, evaluator.budget);
    compared = right;
  }
  return value;
}

// To the parser `~` is like `+`; in Jinja it binds closer: 'a' + 1 ~ 'b' is 'a' + (1 ~ 'b').
function bindsBefore({ operator }: BinaryExpression, next: BinaryExpression | undefined): boolean {
  const isSum = operator.value === '+' || operator.value === '-';
  return isSum && next?.operator.value === '~' && next.operator.group === operator.group;
}

function continuesComparison(previous: BinaryExpression | undefined, link: BinaryExpression): boolean {
  return (
    previous !== undefined &&
    isComparison(previous) &&
    isComparison(link) &&
    previous.operator.group === link.operator.group
  );
}

function isComparison({ operator }: BinaryExpression): boolean {
  return operator.type === 'ComparisonBinaryOperator';
}

/** Is the value the result already, whatever stands on the right? */
function isDecided({ operator }: BinaryExpression, value: Value, isChained: boolean): boolean {
  if (operator.value === 'or') return isTruthy(value);
  return (operator.value === 'and' || isChained) && !isTruthy(value);
}

function combine(operator: string, left: Value, right: Value, budget: Budget): Value {
  switch (operator) {
    case 'and':
    case 'or':
      return right;
    case '==':
      return areEqual(left, right, budget);
    case '!=':
      return !areEqual(left, right, budget);
    case 'in':
      return isContained(left, right, budget);
    case 'not in':
      return !isContained(left, right, budget);
    case '~':
      return concatenate(left, right, budget);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isOrdered(operator as OrderOperator, left, right, budget);
    default:
      return calculate(operator as ArithmeticOperator, left, right, budget);
  }
}

function concatenate(left: Value, right: Value, budget: Budget): Value {
  const [start, end] = [toText(left, budget), toText(right, budget)];
  budget.reserveChars(end.length, start.length + end.length);
  return start + end;
}
