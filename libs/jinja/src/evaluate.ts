import { getAttribute, getItem, getSlice } from './builtins/access.js';
import { runBuiltin, type Call, type Host } from './builtins/call.js';
import { filters } from './builtins/filters.js';
import { tests } from './builtins/tests.js';
import type { Budget } from './budget.js';
import { evaluateArguments } from './evaluate-arguments.js';
import { evaluateBinary } from './evaluate-binary.js';
import { fail } from './errors.js';
import type { Scope } from './scope.js';
import { TUPLE_NAME } from './syntax/adapt-expression.js';
import { CONSTANTS, filterName, testOf } from './syntax/check.js';
import { INTEGER_NAME } from './syntax/scan-expression.js';
import type {
  CallExpression,
  FilterExpression,
  Identifier,
  MemberExpression,
  Node,
  ObjectLiteral,
} from './syntax/tree.js';
import { applySign } from './values/arithmetic.js';
import { isText, isTruthy, plainText, requireDefined } from './values/inspect.js';
import { Dict, List, TemplateObject, Tuple, typeName, Undefined, type Value } from './values/value.js';

/** Evaluates the expressions of a template. */
export class Evaluator implements Host {
  constructor(readonly budget: Budget) {}

  /** The value of an expression. Fails where Python raises. */
  evaluate(node: Node, scope: Scope): Value {
    this.budget.spend();
    this.budget.enter();
    const value = this.#evaluateNode(node, scope);
    this.budget.leave();
    return value;
  }

  #evaluateNode(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'IntegerLiteral':
        return BigInt(node.value);
      case 'FloatLiteral':
      case 'StringLiteral':
        return node.value;
      case 'Identifier':
        return this.#name(node, scope);
      case 'ArrayLiteral':
        return new List(node.value.map((item) => this.evaluate(item, scope)));
      case 'TupleLiteral':
        return new Tuple(node.value.map((item) => this.evaluate(item, scope)));
      case 'ObjectLiteral':
        return this.#dict(node, scope);
      case 'BinaryExpression':
        return evaluateBinary(node, scope, this);
      case 'UnaryExpression':
        return this.#unary(node.operator.value, this.evaluate(node.argument, scope));
      default:
        return this.#evaluateCompound(node, scope);
    }
  }

  #evaluateCompound(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'MemberExpression':
        return this.#member(node, scope);
      case 'CallExpression':
        return this.#call(node, scope);
      case 'FilterExpression':
        return this.#filterChain(node, scope);
      case 'Ternary':
        return this.evaluate(isTruthy(this.evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
      case 'SelectExpression':
        if (isTruthy(this.evaluate(node.test, scope))) return this.evaluate(node.lhs, scope);
        return new Undefined('the inline if-expression evaluated to false and no else section was defined');
      default:
        return fail('there is an expression at a place that has none');
    }
  }

  #name({ value: name }: Identifier, scope: Scope): Value {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return constant;
    if (name.startsWith(INTEGER_NAME)) return BigInt(name.slice(INTEGER_NAME.length));
    return scope.get(name) ?? new Undefined(`'${name}' is undefined`);
  }

  #dict(node: ObjectLiteral, scope: Scope): Dict {
    const dict = new Dict();
    for (const [keyNode, valueNode] of node.value) {
      const key = this.evaluate(keyNode, scope);
      if (isText(key)) this.budget.spendChars(plainText(key).length);
      dict.set(key, this.evaluate(valueNode, scope));
    }
    return dict;
  }

  #unary(operator: string, value: Value): Value {
    return operator === 'not' ? !isTruthy(value) : applySign(operator as '-' | '+', value);
  }

  #member(node: MemberExpression, scope: Scope): Value {
    const { property } = node;
    const object = this.evaluate(node.object, scope);
    if (property.type === 'SliceExpression') {
      const bound = (part: Node | undefined) => part && this.evaluate(part, scope);
      return getSlice(
        object,
        { start: bound(property.start), stop: bound(property.stop), step: bound(property.step) },
        this,
      );
    }
    if (node.computed || property.type !== 'Identifier') return this.item(object, this.evaluate(property, scope));
    return this.attribute(object, property.value);
  }

  #call(node: CallExpression, scope: Scope): Value {
    const { callee } = node;
    if (callee.type === 'Identifier' && callee.value === TUPLE_NAME) {
      return new Tuple(node.args.map((item) => this.evaluate(item, scope)));
    }
    const target = this.evaluate(callee, scope);
    return this.invoke(target, evaluateArguments(node.args, scope, this));
  }

  /** Calls a value. Fails when it cannot be called. */
  invoke(target: Value, call: Call): Value {
    requireDefined(target);
    if (target instanceof TemplateObject && target.invoke) return target.invoke(call);
    return fail(`'${typeName(target)}' object is not callable`);
  }

  // A loop, because chains of filters may be long.
  #filterChain(node: FilterExpression, scope: Scope): Value {
    const chain: FilterExpression[] = [];
    let operand: Node = node;
    for (; operand.type === 'FilterExpression'; operand = operand.operand) chain.push(operand);
    let value = this.evaluate(operand, scope);
    for (const { filter } of chain.toReversed()) {
      this.budget.spend();
      value = this.applyFilterNode(filter, value, scope);
    }
    return value;
  }

  /** Applies what stands behind `|` to a value: a filter or, for `is`, a test. */
  applyFilterNode(filter: Node, value: Value, scope: Scope): Value {
    const name = filterName(filter) ?? fail('the filter is missing');
    const args = filter.type === 'CallExpression' ? filter.args : [];
    const call = evaluateArguments(args, scope, this);
    const test = testOf(name);
    return test ? this.test(test.name, value, call) !== test.isNegated : this.filter(name, value, call);
  }

  filter(name: string, value: Value, call: Call): Value {
    const filter = filters.get(name) ?? fail(`no filter named '${name}'`);
    return runBuiltin(name, filter, value, call, this);
  }

  test(name: string, value: Value, call: Call): boolean {
    const test = tests.get(name) ?? fail(`no test named '${name}'`);
    return isTruthy(runBuiltin(name, test, value, call, this));
  }

  attribute(value: Value, name: string): Value {
    return getAttribute(value, name, this);
  }

  item(value: Value, key: Value): Value {
    if (isText(key)) this.budget.spendChars(plainText(key).length);
    return getItem(value, key, this);
  }
}
