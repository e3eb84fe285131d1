import fc from 'fast-check';
import { GraphOrder, type Line } from './graph-order.js';

const graph = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    lines: fc.array(fc.record({ from: fc.nat(size - 1), to: fc.nat(size - 1) }), { maxLength: 80 }),
  }),
);

/** By walking from every node, the slow way. */
function reach(size: number, lines: readonly Line[]): boolean[][] {
  return Array.from({ length: size }, (_, start) => {
    const reached = new Array<boolean>(size).fill(false);
    const queue = [start];
    for (let node = queue.pop(); node !== undefined; node = queue.pop())
      for (const { from, to } of lines)
        if (from === node && !reached[to]) {
          reached[to] = true;
          queue.push(to);
        }
    return reached;
  });
}

it('answers what runs before what as a walk over the lines does', () => {
  fc.assert(
    fc.property(graph, ({ size, lines }) => {
      const order = new GraphOrder(size, lines);
      const expected = reach(size, lines);
      for (let from = 0; from < size; from++)
        for (let to = 0; to < size; to++)
          if (from !== to) expect(order.isUpstream(from, to)).toBe(expected[from]?.[to]);
    }),
  );
});

it('finds the circles that a walk finds', () => {
  fc.assert(
    fc.property(graph, ({ size, lines }) => {
      const expected = reach(size, lines);
      const inCircles = new GraphOrder(size, lines)
        .circles()
        .flat()
        .sort((a, b) => a - b);
      expect(inCircles).toEqual(
        Array.from({ length: size }, (_, node) => node).filter((node) => expected[node]?.[node]),
      );
    }),
  );
});

it('reaches what a walk reaches', () => {
  fc.assert(
    fc.property(graph, ({ size, lines }) => {
      const expected = reach(size, lines)[0] as boolean[];
      const reached = new GraphOrder(size, lines).reachableFrom([0]);
      expect([...reached].sort((a, b) => a - b)).toEqual(
        Array.from({ length: size }, (_, node) => node).filter((node) => node === 0 || expected[node]),
      );
    }),
  );
});
