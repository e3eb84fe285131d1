import type { CanvasNode } from './canvas-graph.js';
import { fit, MIN_ZOOM } from './fit.js';
import { areaOf, isIn } from './near.js';

const boxAt = (x: number, y: number): CanvasNode =>
  ({ id: `${x}/${y}`, label: '', x, y, width: 240, height: 100 }) as CanvasNode;
const inRow = (count: number) => Array.from({ length: count }, (_, index) => boxAt(index * 300, 0));

describe('The fitting view', () => {
  it('shows few boxes as large as they are, in the middle', () => {
    expect(fit(inRow(2), 1_200, 800)).toEqual({ zoom: 1, x: 270, y: 50 });
  });

  it('shows many in their smaller size, all of them', () => {
    const boxes = inRow(12);
    const seen = areaOf(fit(boxes, 1_200, 800), 1_200, 800);
    expect(boxes.every((box) => isIn(seen, box))).toBe(true);
    expect(seen.right - seen.left).toBeGreaterThan(3_600);
  });

  it('of more than can be made out begins at the first', () => {
    const boxes = inRow(1_000);
    const view = fit(boxes, 1_200, 800);
    const seen = areaOf(view, 1_200, 800);
    expect(view).toMatchObject({ zoom: MIN_ZOOM, y: 50 });
    expect(isIn(seen, boxes[0]!)).toBe(true);
    expect(seen.left).toBe(-480);
  });

  it('has a place also where there is no box', () => {
    expect(fit([], 1_200, 800)).toEqual({ zoom: 1, x: 0, y: 0 });
  });
});
