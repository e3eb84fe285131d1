import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import type { GraphEdge } from './definition.js';
import type { Issue } from './issue.js';

/**
 * The edges of a graph with handles and ids filled in. An edge whose ends or handle are not text is left out with a
 * warning, as the format says; an id that another edge has is made unique.
 */
export function readEdges(edges: readonly Json[]): { edges: readonly GraphEdge[]; issues: readonly Issue[] } {
  const read: GraphEdge[] = [];
  const issues: Issue[] = [];
  const ids = new Set<string>();
  edges.forEach((edge, index) => {
    const warn = (reason: string, message: string) =>
      issues.push({
        severity: 'warning',
        code: `edge.${reason}`,
        path: ['workflow', 'graph', 'edges', index],
        message,
      });
    const ends = isJsonObject(edge) ? endsOf(edge) : undefined;
    if (!ends) {
      warn('endsNotText', 'An edge whose source, target or handle is not text is left out.');
      return;
    }
    const wanted = idOf(edge as JsonObject, ends);
    let id = wanted;
    for (let number = 2; ids.has(id); number++) id = `${wanted}-${number}`;
    if (id !== wanted) warn('duplicateId', `Another edge has the id "${wanted}" too; this one is now "${id}".`);
    ids.add(id);
    read.push({ ...(edge as JsonObject), ...ends, id });
  });
  return { edges: read, issues };
}

type Ends = Pick<GraphEdge, 'source' | 'sourceHandle' | 'target' | 'targetHandle'>;

function endsOf(edge: JsonObject): Ends | undefined {
  const { source, target, sourceHandle = 'source', targetHandle } = edge;
  if (typeof source !== 'string' || typeof target !== 'string' || typeof sourceHandle !== 'string') return undefined;
  return { source, sourceHandle, target, targetHandle: typeof targetHandle === 'string' ? targetHandle : 'target' };
}

function idOf(edge: JsonObject, ends: Ends): string {
  const { id } = edge;
  if (typeof id === 'string' && id !== '') return id;
  return `${ends.source}-${ends.sourceHandle}-${ends.target}-${ends.targetHandle}`;
}
