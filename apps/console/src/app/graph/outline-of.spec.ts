import { found, outlineOf, type OutlineItem } from './outline-of.js';
import type { NodeBoxView } from './canvas-of.js';

const node = (id: string, y = 0, more: Partial<NodeBoxView> = {}) =>
  ({ id, x: 0, y, width: 10, height: 10, label: id, title: id, type: 'code', ...more }) as NodeBoxView;
const edge = (pair: string) => {
  const [source = '', target = ''] = pair.split('>');
  return { id: pair, source, target } as never;
};
const told = (nodes: readonly NodeBoxView[], ...edges: string[]) => linesOf(outlineOf(nodes, edges.map(edge)));
const linesOf = (items: readonly OutlineItem[], depth = 0): string[] =>
  items.flatMap(({ id, children }) => ['-'.repeat(depth) + id, ...linesOf(children, depth + 1)]);

it('a branch is told to its end, then the next, then where they meet', () => {
  const nodes = [node('end'), node('b2', 20), node('a1', 0), node('b1', 20), node('a2', 0), node('start', 10)];
  expect(told(nodes, 'start>a1', 'a1>a2', 'start>b1', 'b1>b2', 'a2>end', 'b2>end')).toEqual([
    ...['start', 'a1', 'a2', 'b1', 'b2', 'end'],
  ]);
});

it('what is in a container comes under it, and is found with it; notes are left out', () => {
  const nodes = [
    node('start'),
    node('loop'),
    node('in1', 0, { home: 'loop' }),
    node('note', 0, { type: '' }),
    node('end'),
  ];
  expect(told(nodes, 'start>loop', 'loop>end')).toEqual(['start', 'loop', '-in1', 'end']);
  const items = outlineOf(nodes, ['start>loop', 'loop>end'].map(edge));
  expect(linesOf(found(items, (id) => id === 'in1'))).toEqual(['loop', '-in1']);
});

it('circles and homes that are not there leave nobody out', () => {
  const nodes = [node('a'), node('b'), node('c', 0, { home: 'gone' })];
  expect(told(nodes, 'a>b', 'b>a').toSorted()).toEqual(['a', 'b', 'c']);
  expect(told([node('x', 0, { home: 'y' }), node('y', 0, { home: 'x' })])).toEqual([]);
});
