import type { DocumentPath, GraphDefinition, GraphEdge } from '@tenon/dsl';
import type { IssueList } from './compile-issue.js';
import { type CompiledNode, titleOf } from './compiled-node.js';
import { GraphOrder, type Line } from './graph-order.js';

/** A graph whose edges lead to nodes that exist. `nodes` and `edges` are those outside containers. */
export interface CheckedGraph {
  readonly nodes: readonly CompiledNode[];
  /** In the order of the file. */
  readonly edges: readonly GraphEdge[];
  /** Where a run begins unless its caller names another root: the first entry node of the file. */
  readonly root?: CompiledNode;
  readonly order: GraphOrder;
  /** The number of a node in `order`, which is its place in `nodes`. */
  readonly numberOf: ReadonlyMap<string, number>;
}

const NODES: DocumentPath = ['workflow', 'graph', 'nodes'];
const EDGES: DocumentPath = ['workflow', 'graph', 'edges'];

/** Checks what edges connect and where a run begins; what merely never runs is a warning. */
export function checkGraph(definition: GraphDefinition, all: readonly CompiledNode[], issues: IssueList): CheckedGraph {
  if (all.length === 0) issues.error('graph.empty', NODES, 'The graph needs at least one node.');
  const nodes = all.filter(({ isChild }) => !isChild);
  const numberOf = new Map(nodes.map(({ node }, number) => [node.id, number]));
  const edges = checkEdges(definition, new Map(all.map((node) => [node.node.id, node])), issues);
  const lines = edges.map(({ source, target }): Line => {
    return { from: numberOf.get(source) as number, to: numberOf.get(target) as number };
  });
  const order = new GraphOrder(nodes.length, lines);
  const root = checkRoots(nodes, issues);
  checkReach(nodes, lines, order, issues);
  return { nodes, edges, ...(root ? { root } : {}), order, numberOf };
}

/** The edges outside containers. */
function checkEdges(
  definition: GraphDefinition,
  all: ReadonlyMap<string, CompiledNode>,
  issues: IssueList,
): readonly GraphEdge[] {
  const notes = new Set(definition.workflow.graph.nodes.map(({ id }) => id).filter((id) => !all.has(id)));
  return definition.workflow.graph.edges.filter((edge, index) => {
    const path = [...EDGES, index];
    const missing = (['source', 'target'] as const).filter((end) => !all.has(edge[end]));
    for (const end of missing) {
      const message = notes.has(edge[end])
        ? `The edge "${edge.id}" is connected to a note.`
        : `The edge "${edge.id}" is connected to the node "${edge[end]}", which does not exist.`;
      issues.error('edge.missingNode', [...path, end], message);
    }
    const source = all.get(edge.source);
    const target = all.get(edge.target);
    if (!source || !target) return false;
    if (source.isChild !== target.isChild) {
      const message = `The edge "${edge.id}" leads across the border of a container, so it has no effect.`;
      issues.warn('edge.crossesContainer', path, message, edge.source);
      return false;
    }
    checkExit(edge, source, path, issues);
    return !source.isChild;
  });
}

function checkExit(edge: GraphEdge, { node, known }: CompiledNode, path: DocumentPath, issues: IssueList): void {
  if (!known || known.exits.includes(exitOf(edge))) return;
  const what = known.branching ? 'is never taken' : 'is taken as any other';
  const message = `"${titleOf(node)}" has no exit "${edge.sourceHandle}", so the edge "${edge.id}" ${what}.`;
  issues.warn('edge.unknownExit', [...path, 'sourceHandle'], message, node.id);
}

/** The exit an edge leaves by; the format has another name for `source` beside `fail-branch`. */
export function exitOf({ sourceHandle }: GraphEdge): string {
  return sourceHandle === 'success-branch' ? 'source' : sourceHandle;
}

function checkRoots(nodes: readonly CompiledNode[], issues: IssueList): CompiledNode | undefined {
  const [root, ...others] = nodes.filter(({ isEntry }) => isEntry);
  if (!root) {
    if (nodes.length > 0) issues.error('graph.noRoot', NODES, 'The graph needs a start node or a trigger.');
    return undefined;
  }
  for (const { node, path } of others) {
    const message = `A run begins at "${titleOf(root.node)}"; "${titleOf(node)}" begins one only when it is named.`;
    issues.warn('graph.severalRoots', path, message, node.id);
  }
  return root;
}

function checkReach(
  nodes: readonly CompiledNode[],
  lines: readonly Line[],
  order: GraphOrder,
  issues: IssueList,
): void {
  const reached = order.reachableFrom(nodes.flatMap(({ isEntry }, number) => (isEntry ? [number] : [])));
  nodes.forEach(({ node, path }, number) => {
    if (!reached.has(number))
      issues.warn('node.unreachable', path, `Nothing leads to "${titleOf(node)}", so it never runs.`, node.id);
  });
  for (const { from, to } of lines) {
    const [source, target] = [nodes[from] as CompiledNode, nodes[to] as CompiledNode];
    if (reached.has(from) || !reached.has(to) || target.isEntry) continue;
    const message = `"${titleOf(target.node)}" waits for "${titleOf(source.node)}", which never runs.`;
    issues.warn('node.waitsForever', target.path, message, target.node.id);
  }
  for (const circle of order.circles()) {
    const titles = circle.slice(0, 5).map((number) => `"${titleOf((nodes[number] as CompiledNode).node)}"`);
    const first = nodes[Math.min(...circle)] as CompiledNode;
    const more = circle.length > titles.length ? ` and ${circle.length - titles.length} more` : '';
    const message = `A circle never runs: ${titles.join(', ')}${more} wait for each other. Use a loop node.`;
    issues.warn('graph.circle', first.path, message, first.node.id);
  }
}
