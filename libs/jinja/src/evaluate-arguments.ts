import { NO_ARGUMENTS, type Call, type Host } from './builtins/call.js';
import { itemsOf } from './builtins/items.js';
import { fail } from './errors.js';
import type { Scope } from './scope.js';
import type { Node } from './syntax/tree.js';
import { isText, plainText } from './values/inspect.js';
import { Dict, typeName, type Value } from './values/value.js';

/** What evaluates an argument. */
interface ArgumentEvaluator extends Host {
  evaluate(node: Node, scope: Scope): Value;
}

/** Evaluates the arguments of a call, with `*list` and `**dict`. */
export function evaluateArguments(nodes: readonly Node[], scope: Scope, evaluator: ArgumentEvaluator): Call {
  if (nodes.length === 0) return NO_ARGUMENTS;
  const positional: Value[] = [];
  const keywords = new Map<string, Value>();
  for (const node of nodes) {
    if (node.type === 'KeywordArgumentExpression') {
      addKeyword(keywords, node.key.value, evaluator.evaluate(node.value, scope));
    } else if (node.type === 'SpreadExpression') {
      for (const item of itemsOf(evaluator.evaluate(node.argument, scope), evaluator.budget)) positional.push(item);
    } else if (node.type === 'KeywordSpreadExpression') {
      addKeywords(keywords, evaluator.evaluate(node.argument, scope), evaluator);
    } else {
      positional.push(evaluator.evaluate(node, scope));
    }
  }
  return { positional, keywords };
}

function addKeywords(keywords: Map<string, Value>, source: Value, { budget }: Host): void {
  if (!(source instanceof Dict)) return fail(`argument after ** must be a mapping, not ${typeName(source)}`);
  budget.spendItems(source.size);
  for (const [key, value] of source.entries()) {
    if (!isText(key)) fail('keywords must be strings');
    else addKeyword(keywords, plainText(key), value);
  }
}

function addKeyword(keywords: Map<string, Value>, name: string, value: Value): void {
  if (keywords.has(name)) fail(`got multiple values for keyword argument '${name}'`);
  keywords.set(name, value);
}
