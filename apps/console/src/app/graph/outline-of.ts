import type { CanvasEdge } from '@tenon/graph-canvas';
import type { NodeBoxView } from './canvas-of.js';

/** A node in the outline, and those that stand in it. */
export interface OutlineItem {
  readonly id: string;
  readonly children: readonly OutlineItem[];
}

/**
 * The nodes in the order in which a run comes to them: each after those that lead to it, branches from top to bottom, and
 * what is in a container under it. Nodes of a circle, which no run comes to, are last. Notes are left out.
 */
export function outlineOf(nodes: readonly NodeBoxView[], edges: readonly CanvasEdge[]): readonly OutlineItem[] {
  const steps = nodes.filter(({ type }) => type !== '');
  const ids = new Set(steps.map(({ id }) => id));
  const homeOf = ({ home }: NodeBoxView) => (home !== undefined && ids.has(home) ? home : undefined);
  const list = (home: string | undefined): OutlineItem[] => {
    const here = steps.filter((node) => homeOf(node) === home);
    return inOrder(here, edges).map(({ id }) => ({ id, children: list(id) }));
  };
  return list(undefined);
}

/** Those of an outline that are wanted, with what they stand in. */
export function found(items: readonly OutlineItem[], isWanted: (id: string) => boolean): readonly OutlineItem[] {
  return items.flatMap(({ id, children }) => {
    const inside = found(children, isWanted);
    return inside.length > 0 || isWanted(id) ? [{ id, children: inside }] : [];
  });
}

function inOrder(nodes: readonly NodeBoxView[], edges: readonly CanvasEdge[]): NodeBoxView[] {
  const waitsFor = new Map(nodes.map(({ id }) => [id, new Set<string>()]));
  for (const { source, target } of edges) if (waitsFor.has(source)) waitsFor.get(target)?.add(source);
  const left = nodes.toSorted((a, b) => a.y - b.y || a.x - b.x);
  const ordered: NodeBoxView[] = [];
  while (left.length > 0) {
    // nearest to what was listed last, so that a branch is told to its end before the next begins
    const last = ordered.at(-1)?.id;
    const isReady = ({ id }: NodeBoxView) => waitsFor.get(id)?.size === 0;
    const follows = ({ id }: NodeBoxView) => edges.some(({ source, target }) => source === last && target === id);
    const index = [left.findIndex((node) => isReady(node) && follows(node)), left.findIndex(isReady), 0].find(
      (found) => found >= 0,
    );
    const [node] = left.splice(index ?? 0, 1) as [NodeBoxView];
    ordered.push(node);
    for (const waiting of waitsFor.values()) waiting.delete(node.id);
  }
  return ordered;
}
