import type { CanvasGraph, CanvasNode, WalkedEdge } from './canvas-graph.js';

/** A step of the keyboard from one box to another. */
export type Step = 'forward' | 'back' | 'up' | 'down' | 'first' | 'last';

/**
 * The box that a step leads to: along edges forward and back, else to the nearest box above or below.
 * @param from  id of a box; the first box without it
 */
export function walk({ nodes, edges }: CanvasGraph, from: string | undefined, step: Step): string | undefined {
  const here = nodes.find(({ id }) => id === from);
  if (!here || step === 'first') return nodes[0]?.id;
  if (step === 'last') return nodes.at(-1)?.id;
  if (step === 'forward')
    return nearest(
      here,
      nodes,
      edges.filter(({ source }) => source === from).map(({ target }) => target),
    );
  if (step === 'back')
    return nearest(
      here,
      nodes,
      edges.filter(({ target }) => target === from).map(({ source }) => source),
    );
  const isAhead = (node: CanvasNode) => (step === 'up' ? node.y < here.y : node.y > here.y);
  return nearest(
    here,
    nodes,
    nodes.filter((node) => node !== here && isAhead(node)).map(({ id }) => id),
  );
}

/** The line after another of those that leave a box; the first one after the last, or without one. */
export function nextLine({ edges }: CanvasGraph, from: string | undefined, line: string | undefined): WalkedEdge {
  const leaving = edges.filter(({ source }) => source === from);
  const index = leaving.length === 0 ? -1 : (leaving.findIndex(({ id }) => id === line) + 1) % leaving.length;
  const edge = leaving[index];
  return { ...(edge && { edge }), index: index + 1, count: leaving.length };
}

/** Of some boxes the one that lies nearest. */
function nearest(here: CanvasNode, nodes: readonly CanvasNode[], ids: readonly string[]): string | undefined {
  const distance = (node: CanvasNode) => Math.hypot(middleX(node) - middleX(here), middleY(node) - middleY(here));
  const [found] = nodes.filter(({ id }) => ids.includes(id)).sort((a, b) => distance(a) - distance(b));
  return found?.id;
}

const middleX = ({ x, width }: CanvasNode) => x + width / 2;
const middleY = ({ y, height }: CanvasNode) => y + height / 2;
