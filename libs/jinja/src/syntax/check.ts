import { failInvalid } from '../errors.js';
import { NONE, type Value } from '../values/value.js';
import { filters } from '../builtins/filters.js';
import { tests } from '../builtins/tests.js';
import { NEGATED_TEST_PREFIX, TEST_PREFIX, TUPLE_NAME } from './adapt-expression.js';
import { FILTER_NAME, WITH_NAME } from './adapt-template.js';
import { childrenOf, type Block, type Node } from './tree.js';

/** Names that are values of the language: they cannot be assigned, and no input hides them. */
export const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', NONE],
  ['None', NONE],
]);

interface Visit {
  readonly node: Node;
  readonly line: number;
  /** Is the node part of a branch? Jinja looks for a filter in there only when the branch is taken. */
  readonly isConditional: boolean;
}

/** Checks what the parser lets through. Throws `template.invalid`. */
export function checkTree(block: Block): void {
  const visits: Visit[] = block.map((node) => ({ node, line: node.line ?? 1, isConditional: false }));
  for (let visit = visits.pop(); visit; visit = visits.pop()) {
    const { node, line } = visit;
    checkNode(visit);
    for (const child of childrenOf(node)) {
      visits.push({
        node: child,
        line: child.line ?? line,
        isConditional: visit.isConditional || isBranch(node, child),
      });
    }
  }
}

function isBranch(node: Node, child: Node): boolean {
  if (node.type === 'If') return child !== node.test;
  if (node.type === 'Ternary') return child !== node.condition;
  return node.type === 'SelectExpression' && child === node.lhs;
}

function checkNode({ node, line, isConditional }: Visit): void {
  if (node.type === 'FilterExpression') checkFilter(node.filter, line, isConditional);
  else if (node.type === 'For') checkTarget(node.loopvar, line);
  else if (node.type === 'Set') checkTarget(setTarget(node.assignee), line);
  else if (node.type === 'Macro') checkParameters([node.name, ...node.args], line);
  else if (node.type === 'CallStatement') checkParameters(node.callerArgs ?? [], line);
  else if (node.type === 'FilterStatement') checkFilterBlock(node.filter, line);
  else if (node.type === 'CallExpression' && isNamed(node.callee, TUPLE_NAME)) checkTuple(node.args, line);
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.value === name;
}

function checkFilter(filter: Node, line: number, isConditional: boolean): void {
  const name = filterName(filter);
  if (name === undefined) return failInvalid(line, 'a filter is a name with arguments in brackets, nothing else');
  if (isConditional) return;
  const test = testOf(name);
  if (test && !tests.has(test.name)) failInvalid(line, `no test named '${test.name}'`);
  if (!test && !filters.has(name)) failInvalid(line, `no filter named '${name}'`);
}

/** The name in `| name` or `| name(…)`; undefined for anything else. */
export function filterName(filter: Node): string | undefined {
  const name = filter.type === 'CallExpression' ? filter.callee : filter;
  return name.type === 'Identifier' ? name.value : undefined;
}

/** The test that the name of a filter stands for. */
export function testOf(name: string): { readonly name: string; readonly isNegated: boolean } | undefined {
  if (name.startsWith(NEGATED_TEST_PREFIX)) return { name: name.slice(NEGATED_TEST_PREFIX.length), isNegated: true };
  return name.startsWith(TEST_PREFIX) ? { name: name.slice(TEST_PREFIX.length), isNegated: false } : undefined;
}

/** What a `set` assigns to: with a body, filters may stand behind the name. */
export function setTarget(assignee: Node): Node {
  let target = assignee;
  while (target.type === 'FilterExpression') target = target.operand;
  return target;
}

function checkTarget(target: Node, line: number): void {
  if (target.type === 'TupleLiteral') return target.value.forEach((item) => checkTarget(item, line));
  if (target.type === 'Identifier') return checkName(target.value, line);
  const isNamespaceField =
    target.type === 'MemberExpression' && !target.computed && target.object.type === 'Identifier';
  if (!isNamespaceField) failInvalid(line, 'a value can be assigned to a name only');
}

function checkName(name: string, line: number): void {
  if (CONSTANTS.has(name) || name.includes(' ')) failInvalid(line, `nothing can be assigned to '${name}'`);
}

function checkParameters(parameters: readonly Node[], line: number): void {
  for (const parameter of parameters) {
    const name = parameter.type === 'KeywordArgumentExpression' ? parameter.key : parameter;
    if (name.type === 'Identifier') checkName(name.value, line);
  }
}

function checkFilterBlock(filter: Node, line: number): void {
  if (filter.type !== 'CallExpression') return failInvalid(line, 'the filter is missing');
  if (isNamed(filter.callee, FILTER_NAME)) return;
  if (!isNamed(filter.callee, WITH_NAME)) failInvalid(line, 'the filter is missing');
  for (const assignment of filter.args) {
    if (assignment.type !== 'KeywordArgumentExpression') failInvalid(line, "'with' wants assignments: name = value");
  }
  checkParameters(filter.args, line);
}

function checkTuple(items: readonly Node[], line: number): void {
  for (const { type } of items) {
    if (type === 'KeywordArgumentExpression' || type === 'SpreadExpression' || type === 'KeywordSpreadExpression') {
      failInvalid(line, 'unexpected argument in brackets that are no call');
    }
  }
}
