import type { CanvasNode } from './canvas-graph.js';
import type { DrawnEdge, DrawnNode } from './fixed-layout.js';
import type { Line } from './near.js';

/** Ids of the library become ids of elements, which boxes and lines must not share. */
export function drawNode(node: CanvasNode): DrawnNode {
  return { id: `n${node.id}`, label: node.label, data: { node } };
}

export function drawEdge(line: Line): DrawnEdge {
  const { id, source, target } = line.edge;
  return { id: `e${id}`, source: `n${source}`, target: `n${target}`, way: line };
}

export function isSamePlace(a: CanvasNode, b: CanvasNode): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

export function isSameWay(a: Line, b: Line): boolean {
  const isSameEdge = a.edge.sourceY === b.edge.sourceY && a.edge.targetY === b.edge.targetY;
  const isSameEnds = a.edge.source === b.edge.source && a.edge.target === b.edge.target;
  return isSameEdge && isSameEnds && isSamePlace(a.source, b.source) && isSamePlace(a.target, b.target);
}

export function isSameList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** What is drawn of each item, kept where the item is the same as before. */
export function keep<Item extends { readonly id: string }, Drawn>(
  before: ReadonlyMap<string, Drawn>,
  items: readonly Item[],
  itemOf: (drawn: Drawn) => Item,
  isSame: (a: Item, b: Item) => boolean,
  draw: (item: Item) => Drawn,
): Map<string, Drawn> {
  return new Map(
    items.map((item) => {
      const known = before.get(item.id);
      return [item.id, known !== undefined && isSame(itemOf(known), item) ? known : draw(item)];
    }),
  );
}
