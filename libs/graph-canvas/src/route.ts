import type { CanvasEdge, CanvasNode } from './canvas-graph.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pieces of a curve; more cannot be told apart at the largest zoom. */
export const SAMPLES = 24;
/** How far a curve goes straight on before it bends, at least. */
const MIN_REACH = 32;

/**
 * Points of the curve from the right side of one box to the left side of another: a cubic Bézier curve that leaves and
 * arrives level.
 */
export function route(source: CanvasNode, target: CanvasNode, edge: CanvasEdge): Point[] {
  const from = { x: source.x + source.width, y: source.y + (edge.sourceY ?? source.height / 2) };
  const to = { x: target.x, y: target.y + (edge.targetY ?? target.height / 2) };
  const reach = Math.max(MIN_REACH, Math.abs(to.x - from.x) / 2);
  return Array.from({ length: SAMPLES + 1 }, (_, index) => {
    const t = index / SAMPLES;
    const u = 1 - t;
    const [a, b, c, d] = [u ** 3, 3 * u ** 2 * t, 3 * u * t ** 2, t ** 3];
    return {
      x: a * from.x + b * (from.x + reach) + c * (to.x - reach) + d * to.x,
      y: (a + b) * from.y + (c + d) * to.y,
    };
  });
}
