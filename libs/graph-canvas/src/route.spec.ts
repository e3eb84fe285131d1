import { fit } from './fit.js';
import { route } from './route.js';

const box = (x: number, y: number) => ({ id: `${x}`, x, y, width: 100, height: 50, label: '' });

describe('a line', () => {
  it('leaves the right side of one box and arrives at the left side of the other, at the given heights', () => {
    const points = route(box(0, 0), box(300, 100), { id: 'e', source: '0', target: '300', sourceY: 10, targetY: 20 });
    expect(points[0]).toEqual({ x: 100, y: 10 });
    expect(points.at(-1)).toEqual({ x: 300, y: 120 });
  });

  it('goes straight on at first, also back to a box that lies to the left', () => {
    const points = route(box(300, 0), box(0, 0), { id: 'e', source: '300', target: '0' });
    expect(points[1]?.x).toBeGreaterThan(400);
    expect(points.at(-2)?.x).toBeLessThan(0);
  });
});

describe('the view that shows everything', () => {
  it('has the middle of all boxes in its middle and makes none larger than it is', () => {
    expect(fit([box(0, 0), box(100, 50)], 1_000, 1_000)).toEqual({ zoom: 1, x: 100, y: 50 });
  });

  it('comes as far away as it must, and not beyond sight', () => {
    expect(fit([box(0, 0), box(1_900, 0)], 596, 596).zoom).toBeCloseTo(0.25);
    expect(fit([box(0, 0), box(1_000_000, 0)], 596, 596).zoom).toBe(0.1);
    expect(fit([], 100, 100)).toEqual({ zoom: 1, x: 0, y: 0 });
  });
});
