import { type DocumentPath, isUnsafeName } from '@tenon/dsl';
import type { PlanVariable, Selector, ValueType } from '@tenon/engine';
import type { CheckedGraph } from './check-graph.js';
import type { IssueList } from './compile-issue.js';
import { type CompiledNode, titleOf } from './compiled-node.js';
import type { Reference } from './node-definition.js';

/** What a reference can name besides the outputs of nodes. */
export interface Scope {
  readonly system: ReadonlyMap<string, ValueType>;
  readonly environment: readonly PlanVariable[];
  readonly conversation: readonly PlanVariable[];
}

/**
 * Checks that what nodes read is there: it exists, comes from a node that runs before, and fits. What does not
 * resolve has a meaning at run time, so it is a warning; names that are unsafe are errors.
 */
export function checkReferences(
  all: readonly CompiledNode[],
  graph: CheckedGraph,
  scope: Scope,
  issues: IssueList,
): void {
  const checker = new ReferenceChecker(all, graph, scope);
  for (const node of all) {
    const { known, path, node: { id } } = node; // prettier-ignore
    for (const reference of known?.references ?? []) {
      const at = [...path, 'data', ...reference.path];
      const unsafe = reference.selector.find(isUnsafeName);
      if (unsafe !== undefined) issues.error('reference.unsafeName', at, `A reference cannot name "${unsafe}".`, id);
      // an entry node reads what the run was given, and may be given less
      else if (!node.isEntry) checker.check(node, reference, at, issues);
    }
  }
}

/** What is known of a reference: a complaint, or the type of what it names (`any` where nobody can tell). */
type Finding = { readonly type: ValueType } | { readonly code: string; readonly message: string };

const ANY: Finding = { type: 'any' };

class ReferenceChecker {
  private readonly nodes: ReadonlyMap<string, CompiledNode>;
  private readonly outputs = new Map<CompiledNode, Readonly<Record<string, ValueType>>>();
  private readonly environment: ReadonlyMap<string, ValueType>;
  private readonly conversation: ReadonlyMap<string, ValueType>;

  constructor(
    all: readonly CompiledNode[],
    private readonly graph: CheckedGraph,
    private readonly scope: Scope,
  ) {
    this.nodes = new Map(all.map((node) => [node.node.id, node]));
    this.environment = new Map(scope.environment.map(({ name, type }) => [name, type]));
    this.conversation = new Map(scope.conversation.map(({ name, type }) => [name, type]));
  }

  check(reader: CompiledNode, { selector, accepts }: Reference, at: DocumentPath, issues: IssueList): void {
    const finding = this.find(reader, selector);
    const { id } = reader.node;
    if ('code' in finding) issues.warn(finding.code, at, finding.message, id);
    else if (accepts && !accepts.some((type) => fits(finding.type, type))) {
      const message = `${quote(selector)} is of the type ${finding.type}, but this place takes ${accepts.join(' or ')}.`;
      issues.warn('reference.typeMismatch', at, message, id);
    }
  }

  private find(reader: CompiledNode, selector: Selector): Finding {
    const [space, name] = selector;
    if (space === undefined || name === undefined)
      return { code: 'reference.incomplete', message: 'A reference needs a node and the name of one of its outputs.' };
    if (space === 'sys') return walkInto(this.scope.system.get(name), selector, 'There is no system variable');
    if (space === 'env') return walkInto(this.environment.get(name), selector, 'There is no environment variable');
    if (space === 'conversation')
      return walkInto(this.conversation.get(name), selector, 'There is no conversation variable');
    const source = this.nodes.get(space);
    if (!source)
      return { code: 'reference.unknownNode', message: `${quote(selector)} names a node that does not exist.` };
    return this.findUpstream(reader, source) ?? this.findOutput(source, name, selector);
  }

  private findUpstream(reader: CompiledNode, source: CompiledNode): Finding | undefined {
    const { order, numberOf } = this.graph;
    const [before, node] = [numberOf.get(source.node.id), numberOf.get(reader.node.id)];
    // nodes inside containers run in an order of their own
    if (before === undefined || node === undefined || order.isUpstream(before, node)) return undefined;
    const message = `"${titleOf(source.node)}" does not run before "${titleOf(reader.node)}", so it has no value there.`;
    return { code: 'reference.notUpstream', message };
  }

  private findOutput(source: CompiledNode, name: string, selector: Selector): Finding {
    const { known } = source;
    if (!known) return ANY;
    if (source.isEntry && name.startsWith('sys.'))
      return walkInto(this.scope.system.get(name.slice('sys.'.length)), selector, 'There is no system variable');
    const isFailure = name === 'error_message' || name === 'error_type';
    if (isFailure && known.failing.rule.then !== 'stop') return { type: 'string' };
    let outputs = this.outputs.get(source);
    if (!outputs) this.outputs.set(source, (outputs = known.definition.outputs(known.config)));
    const type = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    return walkInto(type, selector, `"${titleOf(source.node)}" has no output`);
  }
}

function walkInto(type: ValueType | undefined, selector: Selector, missing: string): Finding {
  if (type === undefined) return { code: 'reference.unknownVariable', message: `${missing} for ${quote(selector)}.` };
  if (selector.length === 2) return { type };
  if (type === 'object' || type === 'file' || type === 'any') return ANY;
  const message = `${quote(selector)} reaches into a value of the type ${type}, which has no parts.`;
  return { code: 'reference.noParts', message };
}

const NUMBERS: readonly ValueType[] = ['number', 'integer', 'float'];

function fits(type: ValueType, wanted: ValueType): boolean {
  if (type === wanted || type === 'any' || wanted === 'any') return true;
  if (NUMBERS.includes(wanted)) return NUMBERS.includes(type);
  if (wanted === 'string') return type === 'secret';
  // the elements of array[any] may all be of the type
  return (
    type.startsWith('array[') && (wanted === 'array[any]' || (type === 'array[any]' && wanted.startsWith('array[')))
  );
}

function quote(selector: Selector): string {
  return `"${selector.join('.').slice(0, 200)}"`;
}
