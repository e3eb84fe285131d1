import type { GraphDefinition, GraphEdge } from '@tenon/dsl';
import { type Instruction, type PlanEdge, type PlanStep, type Selector, selectorKey } from '@tenon/engine';
import { type CheckedGraph, exitOf } from './check-graph.js';
import type { CompiledNode, KnownNode } from './compiled-node.js';

/** The steps and edges of a graph without errors, in the order of the file. */
export function lowerGraph(
  { app }: GraphDefinition,
  { nodes, edges }: CheckedGraph,
): { readonly steps: readonly PlanStep[]; readonly edges: readonly PlanEdge[] } {
  const branching = new Set(nodes.filter(({ known }) => known?.branching).map(({ node }) => node.id));
  return {
    steps: nodes.flatMap(({ node, known }) => (known ? [lowerNode(node, known, app.mode)] : [])),
    edges: edges.map((edge) => lowerEdge(edge, branching)),
  };
}

function lowerNode(node: CompiledNode['node'], known: KnownNode, mode: GraphDefinition['app']['mode']): PlanStep {
  const { definition, config, failing, exits, branching, references } = known;
  const handlesFailure = failing.retry.maxRetries > 0 || failing.rule.then !== 'stop';
  const lowered = definition.lower(config, { nodeId: node.id, mode, handlesFailure });
  const instruction = {
    ...lowered.instruction,
    run: `${definition.type}@${definition.version}`,
    reads: readsOf(references.map(({ selector }) => selector)),
  } as Instruction;
  return {
    id: node.id,
    type: definition.type,
    title: node.data.title,
    ...(definition.isRoot ? { isRoot: true } : {}),
    instruction,
    exits,
    branching,
    retry: failing.retry,
    onFailure: failing.rule,
    ...(lowered.response ? { response: { segments: lowered.response } } : {}),
    streams: lowered.streams ?? [],
    outputs: definition.outputs(config),
  };
}

/** Each selector once, in the order of first use; one without a name can never resolve. */
function readsOf(selectors: readonly Selector[]): readonly Selector[] {
  const reads = new Map<string, Selector>();
  for (const selector of selectors)
    if (selector.length >= 2 && !reads.has(selectorKey(selector))) reads.set(selectorKey(selector), selector);
  return [...reads.values()];
}

/** An ordinary step takes all its edges, whatever exit they name. */
function lowerEdge(edge: GraphEdge, branching: ReadonlySet<string>): PlanEdge {
  return {
    source: edge.source,
    exit: branching.has(edge.source) ? exitOf(edge) : 'source',
    target: edge.target,
  };
}
