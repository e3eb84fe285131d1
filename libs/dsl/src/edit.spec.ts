import type { JsonObject } from '@tenon/base';
import fc from 'fast-check';
import type { GraphDefinition } from './definition.js';
import { applyEdit, type Edit } from './edit.js';
import { buildDefinition, buildEdge, buildNode, buildVariable } from './testing/index.js';

const definition = buildDefinition({
  nodes: [
    buildNode('start', 'start'),
    buildNode('each', 'iteration'),
    buildNode('first', 'code', { iteration_id: 'each' }, { parentId: 'each' }),
    buildNode('inner', 'loop', { iteration_id: 'each' }),
    buildNode('round', 'code', { loop_id: 'inner', config: { list: [1, { a: 1 }], $$ref: 'x' } }),
    buildNode('end', 'end', {}, { width: 240 }),
  ],
  edges: ['start -> each', 'each -> end', 'first -> inner', 'start -> end', 'start -> gone'],
  environment: [buildVariable('A', 'a')],
});

const nodesOf = (edit: Edit) => {
  const { nodes, edges } = (applyEdit(definition, edit).definition as GraphDefinition).workflow.graph;
  return { nodes: nodes.map(({ id }) => id), edges: edges.map(({ source, target }) => `${source} -> ${target}`) };
};

it('adds a node at its place in the order of the file', () => {
  expect(nodesOf({ type: 'addNode', node: buildNode('new', 'code'), index: 1 }).nodes[1]).toBe('new');
  expect(nodesOf({ type: 'addNode', node: buildNode('new', 'code') }).nodes.at(-1)).toBe('new');
});

it('removes a node with all that is inside it and the edges of these', () => {
  expect(nodesOf({ type: 'removeNode', id: 'each' })).toEqual({
    nodes: ['start', 'end'],
    edges: ['start -> end', 'start -> gone'],
  });
});

it('patches a value deep inside the data of a node', () => {
  const edit: Edit = { type: 'patchData', id: 'round', path: ['config', 'list', 1, 'a'], value: 2 };
  const { nodes } = (applyEdit(definition, edit).definition as GraphDefinition).workflow.graph;
  expect(nodes[4]?.data['config']).toEqual({ list: [1, { a: 2 }], $$ref: 'x' });
});

it('leaves the definition that it is given as it was', () => {
  const before = structuredClone(definition);
  applyEdit(definition, { type: 'removeNode', id: 'each' });
  applyEdit(definition, { type: 'patchData', id: 'round', path: ['config', 'list'], value: [] });
  expect(definition).toEqual(before);
});

it.each<[string, Edit]>([
  ['edit.nodeExists', { type: 'addNode', node: buildNode('start', 'code') }],
  ['edit.unsafeName', { type: 'addNode', node: buildNode('__proto__', 'code') }],
  ['edit.nodeMissing', { type: 'removeNode', id: 'nobody' }],
  ['edit.nodeMissing', { type: 'moveNode', id: 'nobody', position: { x: 0, y: 0 } }],
  ['edit.edgeExists', { type: 'connect', edge: buildEdge('start -> end') }],
  ['edit.edgeMissing', { type: 'disconnect', id: 'nothing' }],
  ['edit.pathMissing', { type: 'patchData', id: 'round', path: [], value: 1 }],
  ['edit.pathMissing', { type: 'patchData', id: 'round', path: ['config', 'list', 2], value: 1 }],
  ['edit.pathMissing', { type: 'patchData', id: 'round', path: ['config', 'list', 0] }],
  ['edit.pathMissing', { type: 'patchData', id: 'round', path: ['nothing', 'inside'], value: 1 }],
  ['edit.pathMissing', { type: 'patchData', id: 'round', path: ['constructor', 'prototype', 'x'], value: 1 }],
  ['edit.unsafeName', { type: 'patchData', id: 'round', path: ['__proto__'], value: {} }],
])('refuses with %s', (code, edit) => {
  expect(() => applyEdit(definition, edit)).toThrow(expect.objectContaining({ code }));
});

it('refuses to edit the graph of an app without one', () => {
  const settings = { version: '0.7.0', kind: 'app', app: { ...definition.app, mode: 'chat' }, model_config: {} };
  expect(() => applyEdit(settings, { type: 'removeNode', id: 'a' })).toThrow(
    expect.objectContaining({ code: 'edit.noGraph' }),
  );
  expect(applyEdit(settings, { type: 'renameApp', name: 'New' }).definition.app.name).toBe('New');
});

it('applies a batch as a whole or not at all', () => {
  const edits: Edit[] = [
    { type: 'removeNode', id: 'end' },
    { type: 'removeNode', id: 'end' },
  ];
  expect(() => applyEdit(definition, { type: 'batch', edits })).toThrow(
    expect.objectContaining({ code: 'edit.nodeMissing' }),
  );
});

const id = fc.constantFrom('start', 'each', 'first', 'inner', 'round', 'end', 'new', 'newer');
const number = fc.integer({ min: -500, max: 500 });
const json = fc
  .jsonValue({ maxDepth: 2 })
  .filter((value) => !JSON.stringify(value).includes('__proto__')) as fc.Arbitrary<JsonObject>;
const index = fc.option(fc.nat(7), { nil: undefined });
const step: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    type: fc.constant('addNode' as const),
    node: id.map((name) => buildNode(name, 'code', {}, { parentId: 'inner' })),
    index,
  }),
  fc.record({ type: fc.constant('removeNode' as const), id }),
  fc.record({ type: fc.constant('moveNode' as const), id, position: fc.record({ x: number, y: number }) }),
  fc.record({
    type: fc.constant('resizeNode' as const),
    id,
    width: fc.option(number, { nil: undefined }),
    height: fc.option(number, { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('setData' as const),
    id,
    data: fc.record({ type: fc.constant('llm'), title: fc.string(), x: json }),
  }),
  fc.record({
    type: fc.constant('patchData' as const),
    id,
    path: fc.constantFrom<(string | number)[]>(
      ['title'],
      ['config'],
      ['config', 'list'],
      ['config', 'list', 0],
      ['config', 'fresh'],
    ),
    value: fc.option(json, { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('connect' as const),
    edge: fc.tuple(id, id).map(([a, b]) => buildEdge(`${a} -> ${b}`)),
    index,
  }),
  fc.record({
    type: fc.constant('disconnect' as const),
    id: fc.constantFrom('start-source-each-target', 'each-source-end-target', 'start-source-gone-target'),
  }),
  fc.record({ type: fc.constant('renameApp' as const), name: fc.string() }),
  fc.record({
    type: fc.constant('setIdentity' as const),
    app: fc.constant({ ...definition.app, icon: 'star', mode: undefined as never }),
  }),
  fc.record({
    type: fc.constant('setVariables' as const),
    scope: fc.constantFrom('environment' as const, 'conversation' as const),
    variables: fc.array(fc.string().map((name) => buildVariable(name, 'v'))),
  }),
  fc.record({ type: fc.constant('setFeatures' as const), features: fc.record({ a: json }) }),
  fc.record({ type: fc.constant('setViewport' as const), viewport: fc.record({ x: number, y: number, zoom: number }) }),
);

it('takes every edit back with its inverse, one by one and as a batch', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let current = definition as ReturnType<typeof applyEdit>['definition'];
      const inverses: Edit[] = [];
      const applied: Edit[] = [];
      for (const edit of steps) {
        try {
          const edited = applyEdit(current, edit);
          expect(applyEdit(edited.definition, edited.inverse).definition).toEqual(current);
          current = edited.definition;
          inverses.unshift(edited.inverse);
          applied.push(edit);
        } catch (error) {
          // an edit that does not fit is refused, which is no concern of this property
          if (!String((error as { code?: string }).code).startsWith('edit.')) throw error;
        }
      }
      expect(applyEdit(current, { type: 'batch', edits: inverses }).definition).toEqual(definition);
      const batch = applyEdit(definition, { type: 'batch', edits: applied });
      expect(batch.definition).toEqual(current);
      expect(applyEdit(batch.definition, batch.inverse).definition).toEqual(definition);
    }),
    { numRuns: 500 },
  );
});

it('finds each edit stable under JSON, so that it can be stored and sent', () => {
  const { definition: changed, inverse } = applyEdit(definition, { type: 'removeNode', id: 'each' });
  expect(applyEdit(changed, JSON.parse(JSON.stringify(inverse)) as Edit).definition).toEqual(definition);
});
