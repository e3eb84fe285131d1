import type { CanvasEdge, CanvasGraph, CanvasNode } from './canvas-graph.js';

/** How the graph is seen: the zoom, and the point of the graph that lies in the middle. */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** A part of the plane that the boxes lie on. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A line together with the boxes at its ends. */
export interface Line {
  readonly id: string;
  readonly edge: CanvasEdge;
  readonly source: CanvasNode;
  readonly target: CanvasNode;
}

/** What of the plane is seen. @param width  of the window, in pixels of the screen; so is `height` */
export function areaOf({ zoom, x, y }: View, width: number, height: number): Area {
  const [halfWidth, halfHeight] = [width / zoom / 2, height / zoom / 2];
  return { left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight };
}

/** An area with a quarter of its size around it on each side. */
export function surroundingsOf({ left, top, right, bottom }: Area): Area {
  const [width, height] = [(right - left) / 4, (bottom - top) / 4];
  return { left: left - width, top: top - height, right: right + width, bottom: bottom + height };
}

/** Whether what is drawn of the plane is all that is seen of it, but for a hundredth, and not much more. */
export function isEnough(drawn: Area, seen: Area): boolean {
  const [width, height] = [seen.right - seen.left, seen.bottom - seen.top];
  const isWide = drawn.left <= seen.left + width / 100 && drawn.right >= seen.right - width / 100;
  const isHigh = drawn.top <= seen.top + height / 100 && drawn.bottom >= seen.bottom - height / 100;
  return isWide && isHigh && drawn.right - drawn.left <= 4 * width;
}

/** The lines of a graph; one to a box that is not there is left out. */
export function linesOf({ nodes, edges }: CanvasGraph): readonly Line[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges.flatMap((edge) => {
    const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
    return source && target ? [{ id: edge.id, edge, source, target }] : [];
  });
}

export function boundsOf(nodes: readonly CanvasNode[]): Area {
  return {
    left: Math.min(...nodes.map(({ x }) => x)),
    top: Math.min(...nodes.map(({ y }) => y)),
    right: Math.max(...nodes.map(({ x, width }) => x + width)),
    bottom: Math.max(...nodes.map(({ y, height }) => y + height)),
  };
}

/** Whether some of what lies between these boxes is in an area. */
export function isIn(area: Area, ...nodes: readonly CanvasNode[]): boolean {
  const { left, top, right, bottom } = boundsOf(nodes);
  return left <= area.right && right >= area.left && top <= area.bottom && bottom >= area.top;
}
