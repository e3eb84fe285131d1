import { itemsOf } from './builtins/items.js';
import { globalFunctions, Namespace } from './builtins/globals.js';
import { Output, type Budget } from './budget.js';
import { fail } from './errors.js';
import { Evaluator } from './evaluate.js';
import { evaluateArguments } from './evaluate-arguments.js';
import { LoopState } from './loop.js';
import { Macro } from './macro.js';
import { Scope, type OuterNames } from './scope.js';
import { BODY_NAME, WITH_NAME } from './syntax/adapt-template.js';
import { setTarget } from './syntax/check.js';
import type {
  Block,
  CallStatement,
  FilterStatement,
  ForStatement,
  IfStatement,
  Node,
  SetStatement,
} from './syntax/tree.js';
import { isTruthy } from './values/inspect.js';
import { toText } from './values/text.js';
import type { Value } from './values/value.js';

/** How a block ended: at its end, or because the loop around it goes on or stops. */
type Ending = 'end' | 'break' | 'continue';

/** Renders the statements of a template. One interpreter serves one rendering. */
export class Interpreter extends Evaluator {
  /** Line of the statement at work. */
  line = 1;

  constructor(budget: Budget) {
    super(budget);
  }

  /** Renders a template; `inputs` looks up the names it is rendered with. */
  render(block: Block, inputs: OuterNames): string {
    const functions = globalFunctions(this);
    const scope = Scope.top((name) => inputs(name) ?? functions.get(name));
    return this.#capture(block, scope);
  }

  /** The text of a macro's body. */
  renderMacro(body: Block, scope: Scope): string {
    const { line } = this;
    const text = this.#capture(body, scope);
    this.line = line;
    return text;
  }

  #capture(block: Block, scope: Scope): string {
    const output = new Output(this.budget);
    this.#runBlock(block, scope, output);
    return output.text;
  }

  #runBlock(block: Block, scope: Scope, output: Output): Ending {
    this.budget.enter();
    let ending: Ending = 'end';
    for (const node of block) {
      ending = this.#run(node, scope, output);
      if (ending !== 'end') break;
    }
    this.budget.leave();
    return ending;
  }

  #run(node: Node, scope: Scope, output: Output): Ending {
    if (node.type === 'StringLiteral') {
      output.write(node.value);
      return 'end';
    }
    this.line = node.line ?? this.line;
    switch (node.type) {
      case 'If':
        return this.#runIf(node, scope, output);
      case 'For':
        this.#runFor(node, scope, output);
        return 'end';
      case 'Break':
        return 'break';
      case 'Continue':
        return 'continue';
      case 'FilterStatement':
        return this.#runFilterBlock(node, scope, output);
      default:
        this.#runSimple(node, scope, output);
        return 'end';
    }
  }

  #runSimple(node: Node, scope: Scope, output: Output): void {
    this.budget.spend();
    if (node.type === 'Set') this.#runSet(node, scope);
    else if (node.type === 'Macro') {
      scope.set(node.name.value, new Macro(node.name.value, node.args, node.body, scope, this));
    } else if (node.type === 'CallStatement') output.write(toText(this.#callBlock(node, scope), this.budget));
    else output.write(toText(this.evaluate(node, scope), this.budget));
  }

  // A loop, because each `elif` lies in the alternate of the one before.
  #runIf(node: IfStatement, scope: Scope, output: Output): Ending {
    let branch = node;
    for (;;) {
      this.line = branch.line ?? this.line;
      if (isTruthy(this.evaluate(branch.test, scope))) return this.#runBlock(branch.body, scope, output);
      const [only, ...others] = branch.alternate;
      if (only?.type !== 'If' || others.length > 0) return this.#runBlock(branch.alternate, scope, output);
      branch = only;
    }
  }

  #runFor(node: ForStatement, scope: Scope, output: Output): void {
    const source = node.iterable.type === 'SelectExpression' ? node.iterable.lhs : node.iterable;
    this.#iterate(node, this.evaluate(source, scope), scope, output, 0);
  }

  #iterate(node: ForStatement, source: Value, scope: Scope, output: Output, depth: number): void {
    const items = this.#chosenItems(node, itemsOf(source, this.budget), scope);
    const again = (inner: Value, innerDepth: number): Value => {
      const { line } = this;
      const text = new Output(this.budget);
      this.#iterate(node, inner, scope, text, innerDepth);
      this.line = line;
      return text.text;
    };
    const loop = new LoopState(items, depth, node.isRecursive ? again : undefined, this.budget);
    this.budget.enter();
    // as in Jinja, `else` is for loops of which no round came to its end
    let isElse = true;
    for (const [index, item] of items.entries()) {
      this.budget.spend();
      loop.index0 = index;
      const inner = scope.inner();
      inner.set('loop', loop);
      this.#assign(node.loopvar, item, inner);
      const ending = this.#runBlock(node.body, inner, output);
      if (ending === 'end') isElse = false;
      if (ending === 'break') break;
    }
    this.budget.leave();
    if (isElse) this.#runBlock(node.defaultBlock, scope.inner(), output);
  }

  #chosenItems(node: ForStatement, items: readonly Value[], scope: Scope): readonly Value[] {
    if (node.iterable.type !== 'SelectExpression') return items;
    const { test } = node.iterable;
    return items.filter((item) => {
      const inner = scope.inner();
      this.#assign(node.loopvar, item, inner);
      return isTruthy(this.evaluate(test, inner));
    });
  }

  #assign(target: Node, value: Value, scope: Scope): void {
    if (target.type === 'TupleLiteral') return this.#unpack(target.value, value, scope);
    if (target.type === 'Identifier') return scope.set(target.value, value);
    if (target.type !== 'MemberExpression' || target.property.type !== 'Identifier') return;
    const namespace = this.evaluate(target.object, scope);
    if (!(namespace instanceof Namespace)) fail('cannot assign attribute on non-namespace object');
    else namespace.assign(target.property.value, value);
  }

  #unpack(targets: readonly Node[], value: Value, scope: Scope): void {
    const items = itemsOf(value, this.budget);
    if (items.length > targets.length) fail(`too many values to unpack (expected ${targets.length})`);
    if (items.length < targets.length) {
      fail(`not enough values to unpack (expected ${targets.length}, got ${items.length})`);
    }
    targets.forEach((target, index) => this.#assign(target, items[index] as Value, scope));
  }

  #runSet(node: SetStatement, scope: Scope): void {
    if (node.value) return this.#assign(node.assignee, this.evaluate(node.value, scope), scope);
    const text = this.#capture(node.body, scope.inner());
    const value = this.#applyFiltersOf(node.assignee, text, scope);
    this.#assign(setTarget(node.assignee), value, scope);
  }

  // `{% set name | trim | upper %}`: the filters stand around the name.
  #applyFiltersOf(assignee: Node, text: Value, scope: Scope): Value {
    const filters: Node[] = [];
    for (let node = assignee; node.type === 'FilterExpression'; node = node.operand) filters.push(node.filter);
    return filters.reduceRight((value, filter) => this.applyFilterNode(filter, value, scope), text);
  }

  #callBlock(node: CallStatement, scope: Scope): Value {
    const target = this.evaluate(node.call.callee, scope);
    const call = evaluateArguments(node.call.args, scope, this);
    const caller = new Macro(undefined, node.callerArgs ?? [], node.body, scope, this);
    return this.invoke(target, { ...call, keywords: new Map([...call.keywords, ['caller', caller]]) });
  }

  // The parser knows no `with`; it arrives as a filter block (syntax/adapt-template.ts), and so do chains of filters.
  #runFilterBlock(node: FilterStatement, scope: Scope, output: Output): Ending {
    this.budget.spend();
    const { filter } = node;
    if (filter.type !== 'CallExpression') return fail('the filter is missing');
    const inner = scope.inner();
    if (filter.callee.type === 'Identifier' && filter.callee.value === WITH_NAME) {
      const { keywords } = evaluateArguments(filter.args, scope, this);
      for (const [name, value] of keywords) inner.set(name, value);
      return this.#runBlock(node.body, inner, output);
    }
    inner.set(BODY_NAME, this.#capture(node.body, scope.inner()));
    output.write(toText(this.evaluate(filter.args[0] as Node, inner), this.budget));
    return 'end';
  }
}
