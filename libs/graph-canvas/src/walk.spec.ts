import type { CanvasGraph } from './canvas-graph.js';
import { nextLine, walk } from './walk.js';

/*
 *   a ─→ b ─→ d
 *    └─→ c ──┘
 */
const box = (id: string, x: number, y: number) => ({ id, x, y, width: 100, height: 50, label: id });
const graph: CanvasGraph = {
  nodes: [box('a', 0, 0), box('b', 200, 0), box('c', 200, 300), box('d', 400, 0)],
  edges: [
    { id: '1', source: 'a', target: 'b' },
    { id: '2', source: 'a', target: 'c' },
    { id: '3', source: 'b', target: 'd' },
    { id: '4', source: 'c', target: 'd' },
  ],
};

describe('walking a graph by keyboard', () => {
  it.each([
    ['a', 'forward', 'b'],
    ['d', 'back', 'b'],
    ['b', 'down', 'c'],
    ['c', 'up', 'b'],
    ['c', 'first', 'a'],
    ['a', 'last', 'd'],
  ] as const)('leads from %s %s to %s', (from, step, to) => {
    expect(walk(graph, from, step)).toBe(to);
  });

  it('comes to the lines that leave a box, one after the other', () => {
    const lines = ['', '1', '2', 'gone'].map((line) => nextLine(graph, 'a', line));
    expect(lines.map(({ edge, index, count }) => `${edge?.target} ${index}/${count}`)).toEqual([
      ...['b 1/2', 'c 2/2', 'b 1/2', 'b 1/2'],
    ]);
    expect(nextLine(graph, 'd', undefined)).toEqual({ index: 0, count: 0 });
  });

  it('begins at the first box, and stays where nothing follows', () => {
    expect(walk(graph, undefined, 'forward')).toBe('a');
    expect(walk(graph, 'd', 'forward')).toBeUndefined();
    expect(walk({ nodes: [], edges: [] }, undefined, 'forward')).toBeUndefined();
  });
});
