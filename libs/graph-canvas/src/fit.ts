import type { CanvasNode } from './canvas-graph.js';
import { boundsOf, type View } from './near.js';

export const MIN_ZOOM = 0.1;
export const MAX_ZOOM = 2;

/** Free space around what is fitted, in pixels of the screen. */
const MARGIN = 48;

/**
 * The view in which all boxes are seen, no larger than they are. Where they would be too small to be made out, it begins
 * at the first box.
 * @param width  of the window, in pixels; so is `height`
 */
export function fit(nodes: readonly CanvasNode[], width: number, height: number): View {
  const [first] = nodes;
  if (!first) return { zoom: 1, x: 0, y: 0 };
  const { left, top, right, bottom } = boundsOf(nodes);
  const [wide, high] = [(width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN) / (bottom - top)];
  const zoom = clampZoom(Math.min(wide, high, 1));
  return {
    zoom,
    x: wide < zoom ? first.x + (width / 2 - MARGIN) / zoom : (left + right) / 2,
    y: high < zoom ? first.y + (height / 2 - MARGIN) / zoom : (top + bottom) / 2,
  };
}

export function clampZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}
