import { areaOf, isEnough, isIn, linesOf, surroundingsOf } from './near.js';

const box = (id: string, x: number, y: number) => ({ id, x, y, width: 100, height: 50, label: id });
const area = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

describe('what is near', () => {
  it('is what is seen, with a quarter of it around', () => {
    expect(areaOf({ zoom: 0.5, x: 100, y: 50 }, 200, 100)).toEqual(area(-100, -50, 300, 150));
    expect(surroundingsOf(area(-100, -50, 300, 150))).toEqual(area(-200, -100, 400, 200));
  });

  it('is drawn anew when more comes into sight, and when much less is left of it', () => {
    const drawn = area(0, 0, 400, 400);
    expect(isEnough(drawn, area(100, 100, 300, 300))).toBe(true);
    expect(isEnough(drawn, area(250, 100, 450, 300))).toBe(false);
    expect(isEnough(drawn, area(100, 100, 150, 150))).toBe(false);
  });

  it('has boxes of which a corner is seen, and lines that only pass by', () => {
    const seen = area(0, 0, 100, 100);
    expect(isIn(seen, box('a', -90, 90))).toBe(true);
    expect(isIn(seen, box('a', 101, 0))).toBe(false);
    expect(isIn(seen, box('a', -500, 20), box('b', 500, 40))).toBe(true);
    expect(isIn(seen, box('a', -500, 200), box('b', 500, 240))).toBe(false);
  });

  it('leaves out lines to boxes that are not there', () => {
    const edges = [
      { id: '1', source: 'a', target: 'b' },
      { id: '2', source: 'a', target: 'gone' },
    ];
    expect(linesOf({ nodes: [box('a', 0, 0), box('b', 0, 0)], edges }).map(({ id }) => id)).toEqual(['1']);
  });
});
