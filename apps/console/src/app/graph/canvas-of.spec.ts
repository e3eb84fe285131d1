import type { GraphDefinition } from '@tenon/dsl';
import { canvasOf, type GraphWords } from './canvas-of.js';

const words: GraphWords = {
  type: (type) => type.toUpperCase(),
  state: (state) => state,
  from: (names) => `from ${names.join(', ')}`,
  to: (names) => `to ${names.join(', ')}`,
  edge: (_, handle, name) => `${handle}: ${name}`,
};
const node = (id: string, type: string, more: object = {}) => ({
  id,
  type: 'custom',
  position: { x: 10, y: 20 },
  data: { type, title: id },
  ...more,
});
const edge = (source: string, target: string, sourceHandle = 'source') => ({
  id: `${source}-${target}`,
  ...{ source, sourceHandle, target, targetHandle: 'target' },
});
const graphOf = (nodes: object[], edges: object[] = []) =>
  ({ workflow: { graph: { nodes, edges } } }) as unknown as GraphDefinition;

describe('a graph as it is drawn', () => {
  it('puts what is inside a container to its place, and the container behind it', () => {
    const inside = node('inside', 'code', { parentId: 'around' });
    const around = node('around', 'iteration', { position: { x: 100, y: 200 }, width: 500, height: 300 });
    const { nodes } = canvasOf(graphOf([inside, around]), words);
    expect(nodes.map(({ id, x, y }) => ({ id, x, y }))).toEqual([
      { id: 'around', x: 100, y: 200 },
      { id: 'inside', x: 110, y: 220 },
    ]);
    expect(nodes[0]).toMatchObject({ isContainer: true, width: 500, height: 300 });
  });

  it('puts what is inside containers inside each other to its place, whatever they say of each other', () => {
    const outer = node('outer', 'iteration', { position: { x: 100, y: 200 } });
    const inner = node('inner', 'loop', { position: { x: 50, y: 60 }, parentId: 'outer' });
    const leaf = node('leaf', 'code', {
      parentId: 'inner',
      data: { type: 'code', title: 'leaf', iteration_id: 'outer', loop_id: 'inner' },
    });
    const places = (nodes: object[]) =>
      canvasOf(graphOf(nodes), words).nodes.map(({ id, home, x, y }) => ({ id, home, x, y }));
    expect(places([leaf, inner, outer])).toEqual([
      { id: 'outer', home: undefined, x: 100, y: 200 },
      { id: 'inner', home: 'outer', x: 150, y: 260 },
      { id: 'leaf', home: 'inner', x: 160, y: 280 },
    ]);
    expect(places([node('a', 'loop', { parentId: 'b' }), node('b', 'loop', { parentId: 'a' })])).toHaveLength(2);
  });

  it('shows a node of a type that nobody knows, and leaves out lines to nowhere', () => {
    const graph = graphOf([node('a', 'from-the-future')], [edge('a', 'gone')]);
    const { nodes, edges } = canvasOf(graph, words);
    expect(nodes[0]).toMatchObject({ label: 'a, FROM-THE-FUTURE', type: 'from-the-future' });
    expect(edges).toEqual([]);
  });

  it('takes no size and no place from a file that are none', () => {
    const odd = node('a', 'loop', { position: { x: 'left', y: NaN }, width: -5, height: 'tall' });
    expect(canvasOf(graphOf([odd]), words).nodes[0]).toMatchObject({ x: 0, y: 0, width: 244, height: 160 });
  });

  it('draws the way that a run took strong and the other faint', () => {
    const graph = graphOf(
      [node('a', 'if-else'), node('b', 'llm'), node('c', 'llm')],
      [edge('a', 'b', 'true'), edge('a', 'c', 'false')],
    );
    const marks = new Map([
      ['a', { state: 'succeeded' as const, exit: 'true' }],
      ['b', { state: 'running' as const }],
      ['c', { state: 'skipped' as const }],
    ]);
    const { nodes, edges } = canvasOf(graph, words, marks);
    expect(edges.map(({ id, look }) => [id, look])).toEqual([
      ['a-b', 'live'],
      ['a-c', 'skipped'],
    ]);
    expect(nodes.find(({ id }) => id === 'b')?.label).toBe('b, LLM, running');
    expect(nodes.map(({ description }) => description)).toEqual(['to b, c', 'from a', 'from a']);
    expect(edges.map(({ label }) => label)).toEqual(['true: b', 'false: c']);
  });

  it('shows the words of a note, whatever its text is', () => {
    const text = JSON.stringify({ root: { children: [{ text: 'Mind' }, { children: [{ text: 'the gap' }] }] } });
    const noteOf = (value: unknown) =>
      node('n', '', { type: 'custom-note', data: { type: '', title: '', text: value } });
    expect(canvasOf(graphOf([noteOf(text)]), words).nodes[0]?.text).toBe('Mind the gap');
    expect(canvasOf(graphOf([noteOf('<script>')]), words).nodes[0]?.text).toBe('<script>');
    expect(canvasOf(graphOf([noteOf(7)]), words).nodes[0]?.text).toBe('');
  });
});
