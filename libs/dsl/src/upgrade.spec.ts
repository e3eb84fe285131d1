import type { GraphDefinition } from './definition.js';
import { parseDefinition } from './parse.js';
import { acceptedFixture } from './testing/fixtures.js';

function graphOf(text: string): GraphDefinition['workflow']['graph'] {
  const result = parseDefinition(text);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return (result.definition as GraphDefinition).workflow.graph;
}

// each { first }  becomes  each { start ──► first }
it('gives an iteration that begins at an ordinary node a start node of its own', () => {
  const { nodes, edges } = graphOf(acceptedFixture('iteration-without-start'));
  expect(nodes.find(({ id }) => id === 'each')?.data['start_node_id']).toBe('eachstart0');
  expect(nodes.at(-1)).toMatchObject({
    id: 'eachstart0',
    type: 'custom-iteration-start',
    parentId: 'each',
    data: { type: 'iteration-start' },
  });
  expect(edges.at(-1)).toMatchObject({ source: 'eachstart0', sourceHandle: 'source', target: 'first' });
});

it('leaves an iteration with a start node alone, whatever marks older versions left on its children', () => {
  const text = `
app: {name: A, mode: workflow}
workflow:
  graph:
    nodes:
      - {id: each, data: {type: iteration, start_node_id: begin}}
      - {id: begin, type: custom-iteration-start, parentId: each, data: {type: iteration-start}}
      - {id: first, parentId: each, data: {type: code, isIterationStart: true, iteration_id: each}}
    edges: [{source: begin, target: first}]
`;
  expect(graphOf(text).nodes).toHaveLength(3);
  expect(graphOf(text).edges).toHaveLength(1);
});

it('takes names that were written as numbers for text', () => {
  const result = parseDefinition(
    'app: {name: 2024, mode: workflow}\nworkflow: {graph: {nodes: [{id: a, data: {type: code, title: 1.0}}]}}',
  );
  expect(result).toMatchObject({
    definition: { app: { name: '2024' }, workflow: { graph: { nodes: [{ data: { title: '1.0' } }] } } },
  });
});
