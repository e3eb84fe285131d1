import { defineErrors } from '@tenon/base';
import {
  type Graph,
  type GraphDefinition,
  type GraphEdge,
  type GraphNode,
  homesOf,
  isUnsafeName,
} from './definition.js';
import type { Edit, Edited } from './edit.js';

const errors = defineErrors('edit', {
  nodeMissing: 'missing',
  nodeExists: 'conflict',
  edgeMissing: 'missing',
  edgeExists: 'conflict',
  unsafeName: 'invalid',
});

/** @throws edit.nodeExists, edit.unsafeName */
export function addNode(definition: GraphDefinition, node: GraphNode, index?: number): Edited {
  const { nodes } = definition.workflow.graph;
  if (isUnsafeName(node.id) || node.id === '') throw errors.unsafeName(`A node cannot have the id "${node.id}".`);
  if (nodes.some(({ id }) => id === node.id)) throw errors.nodeExists(`Another node has the id "${node.id}".`);
  const changed = withGraph(definition, { nodes: nodes.toSpliced(index ?? nodes.length, 0, node) });
  return { definition: changed, inverse: { type: 'removeNode', id: node.id, alone: true } };
}

/**
 * Removes a node, and unless `alone` everything inside it and all edges of these. The inverse adds them at their
 * places, in order.
 * @throws edit.nodeMissing
 */
export function removeNode(definition: GraphDefinition, id: string, alone: boolean): Edited {
  const { nodes, edges } = definition.workflow.graph;
  const place = nodes.findIndex((node) => node.id === id);
  const removed = nodes[place];
  if (!removed) throw nodeMissing(id);
  if (alone) {
    const changed = withGraph(definition, { nodes: nodes.toSpliced(place, 1) });
    return { definition: changed, inverse: { type: 'addNode', node: removed, index: place } };
  }
  const gone = withInsides(nodes, id);
  const addNodes = nodes.flatMap((node, index): Edit[] =>
    gone.has(node.id) ? [{ type: 'addNode', node, index }] : [],
  );
  const isGone = ({ source, target }: GraphEdge) => gone.has(source) || gone.has(target);
  const addEdges = edges.flatMap((edge, index): Edit[] => (isGone(edge) ? [{ type: 'connect', edge, index }] : []));
  return {
    definition: withGraph(definition, {
      nodes: nodes.filter((node) => !gone.has(node.id)),
      edges: edges.filter((edge) => !isGone(edge)),
    }),
    inverse: { type: 'batch', edits: [...addNodes, ...addEdges] },
  };
}

/** Changes one node in place. @throws edit.nodeMissing */
export function changeNode(
  definition: GraphDefinition,
  id: string,
  change: (node: GraphNode) => { readonly node: GraphNode; readonly inverse: Edit },
): Edited {
  const { nodes } = definition.workflow.graph;
  const index = nodes.findIndex((node) => node.id === id);
  const before = nodes[index];
  if (!before) throw nodeMissing(id);
  const { node, inverse } = change(before);
  return { definition: withGraph(definition, { nodes: nodes.with(index, node) }), inverse };
}

/**
 * An end may name a node that does not exist, as it may in a file: only so can every removal be taken back.
 * @throws edit.edgeExists
 */
export function connect(definition: GraphDefinition, edge: GraphEdge, index?: number): Edited {
  const { edges } = definition.workflow.graph;
  if (edges.some(({ id }) => id === edge.id)) throw errors.edgeExists(`Another edge has the id "${edge.id}".`);
  const changed = withGraph(definition, { edges: edges.toSpliced(index ?? edges.length, 0, edge) });
  return { definition: changed, inverse: { type: 'disconnect', id: edge.id } };
}

/** @throws edit.edgeMissing */
export function disconnect(definition: GraphDefinition, id: string): Edited {
  const { edges } = definition.workflow.graph;
  const index = edges.findIndex((edge) => edge.id === id);
  const edge = edges[index];
  if (!edge) throw errors.edgeMissing(`There is no edge "${id}".`);
  return {
    definition: withGraph(definition, { edges: edges.toSpliced(index, 1) }),
    inverse: { type: 'connect', edge, index },
  };
}

function withInsides(nodes: readonly GraphNode[], id: string): ReadonlySet<string> {
  const inside = new Map<string, string[]>();
  for (const node of nodes) for (const home of homesOf(node)) inside.set(home, [...(inside.get(home) ?? []), node.id]);
  const found = new Set([id]);
  // a set visits what is added to it while it is visited
  for (const home of found) for (const child of inside.get(home) ?? []) found.add(child);
  return found;
}

function nodeMissing(id: string) {
  return errors.nodeMissing(`There is no node "${id}".`);
}

function withGraph(definition: GraphDefinition, change: Partial<Pick<Graph, 'nodes' | 'edges'>>): GraphDefinition {
  const { workflow } = definition;
  return { ...definition, workflow: { ...workflow, graph: { ...workflow.graph, ...change } } };
}
