import { buildDefinition, buildNode } from '@tenon/dsl/testing';
import { pathText } from '@tenon/dsl';
import { z } from 'zod';
import { type AnyNodeDefinition, compile } from './index.js';

const plain = (type: string, more: Partial<AnyNodeDefinition> = {}): AnyNodeDefinition => ({
  type,
  version: 1,
  config: z.object({}),
  exits: () => ['source'],
  outputs: () => ({}),
  references: () => [],
  lower: () => ({ instruction: { kind: 'inline', config: null } }),
  ...more,
});
const types = [
  plain('start', { isRoot: true }),
  plain('trigger-webhook', { isRoot: true }),
  plain('work'),
  plain('branch', { branching: true, exits: () => ['true', 'false'] }),
];

type Parts = Parameters<typeof buildDefinition>[0];
const resultOf = (parts: Parts) => compile(buildDefinition(parts), types);
const issuesOf = (parts: Parts) =>
  resultOf(parts).issues.map(({ severity, code, path }) => `${severity} ${code} ${pathText(path.slice(2))}`);

const note = buildNode('note', '', { text: '{}' }, { type: 'custom-note' });
const [s, t, a, b, c, d] = [
  buildNode('s', 'start'),
  buildNode('t', 'trigger-webhook'),
  ...['a', 'b', 'c', 'd'].map((id) => buildNode(id, 'work')),
] as const;
const nodes = (...list: (ReturnType<typeof buildNode> | undefined)[]) => list.filter((node) => node !== undefined);

it('58: an edge to a node that does not exist is an error for each end', () => {
  expect(issuesOf({ nodes: [s], edges: ['s -> gone', 'lost -> gone'] })).toEqual([
    'error edge.missingNode edges[0].target',
    'error edge.missingNode edges[1].source',
    'error edge.missingNode edges[1].target',
  ]);
});

it('58: notes are ignored, and an edge to a note is an error', () => {
  const result = resultOf({ nodes: nodes(note, s, a), edges: ['s -> a'] });
  expect(result).toMatchObject({ ok: true, issues: [], plan: { steps: [{ id: 's' }, { id: 'a' }] } });
  expect(issuesOf({ nodes: nodes(note, s, a), edges: ['s -> a', 'a -> note'] })).toEqual([
    'error edge.missingNode edges[1].target',
  ]);
});

it('needs a node and one that begins a run', () => {
  expect(issuesOf({ nodes: [] })).toEqual(['error graph.empty nodes']);
  expect(issuesOf({ nodes: [note] })).toEqual(['error graph.empty nodes']);
  expect(issuesOf({ nodes: nodes(a) })).toEqual(['error graph.noRoot nodes', 'warning node.unreachable nodes[0]']);
});

// t ──► b ◄── s     a run begins at t, the first in the file
it('begins at the first entry node of the file and warns of the others', () => {
  const result = resultOf({ nodes: nodes(t, s, b), edges: ['s -> b', 't -> b'] });
  expect(result).toMatchObject({
    ok: true,
    plan: { root: 't', steps: [{ isRoot: true }, { isRoot: true }, {}] },
    issues: [{ severity: 'warning', code: 'graph.severalRoots', nodeId: 's' }],
  });
});

it('takes a trigger that is not available for the entry that it is', () => {
  expect(issuesOf({ nodes: nodes(buildNode('p', 'trigger-plugin'), a), edges: ['p -> a'] })).toEqual([
    'error node.unknownType nodes[0].data.type',
  ]);
});

// s ──► a    b ──► c ──► a
it('warns of nodes that nothing leads to, and of those that wait for them', () => {
  expect(issuesOf({ nodes: nodes(s, a, b, c), edges: ['s -> a', 'b -> c', 'c -> a'] })).toEqual([
    'warning node.unreachable nodes[2]',
    'warning node.unreachable nodes[3]',
    'warning node.waitsForever nodes[1]',
  ]);
});

// s ──► a ──► b ──► c ─┐    d ─┐
//       ▲─────────────┘     ▲─┘
it('warns of circles once each, and of a node that leads to itself', () => {
  const result = resultOf({
    nodes: nodes(s, a, b, c, d),
    edges: ['s -> a', 'a -> b', 'b -> c', 'c -> a', 's -> d', 'd -> d'],
  });
  expect(result.ok).toBe(true);
  expect(result.issues.map(({ code, nodeId, message }) => [code, nodeId, message])).toEqual([
    ['graph.circle', 'a', 'A circle never runs: "a", "b", "c" wait for each other. Use a loop node.'],
    ['graph.circle', 'd', 'A circle never runs: "d" wait for each other. Use a loop node.'],
  ]);
});

it('warns of an exit that a node does not have and says what the edge does then', () => {
  const branch = buildNode('if', 'branch');
  const result = resultOf({
    nodes: nodes(s, branch, a, b),
    edges: ['s -> if', 'if:maybe -> a', 'if:true -> b', 's:odd -> a'],
  });
  expect(result).toMatchObject({
    ok: true,
    issues: [
      { severity: 'warning', code: 'edge.unknownExit', nodeId: 'if', message: expect.stringContaining('never taken') },
      {
        severity: 'warning',
        code: 'edge.unknownExit',
        nodeId: 's',
        message: expect.stringContaining('taken as any other'),
      },
    ],
  });
});

it('gives a node with a failure branch its exit, under both names that the format has for success', () => {
  const failing = buildNode('x', 'work', { error_strategy: 'fail-branch' });
  const result = resultOf({
    nodes: nodes(s, failing, a, b),
    edges: ['s -> x', 'x:success-branch -> a', 'x:fail-branch -> b'],
  });
  expect(result).toMatchObject({
    ok: true,
    issues: [],
    plan: {
      steps: [
        {},
        { exits: ['source', 'fail-branch'], branching: true, onFailure: { then: 'exit', exit: 'fail-branch' } },
        {},
        {},
      ],
      edges: [{}, { exit: 'source' }, { exit: 'fail-branch' }],
    },
  });
});

it('keeps the graph inside a container apart, and warns of an edge across its border', () => {
  const inside = buildNode('in', 'work', { iteration_id: 'each' });
  expect(
    issuesOf({
      nodes: nodes(s, buildNode('each', 'iteration'), inside, a),
      edges: ['s -> each', 'each -> a', 'in -> a'],
    }),
  ).toEqual(['error node.unknownType nodes[1].data.type', 'warning edge.crossesContainer edges[2]']);
});

it('runs a node that names a container which is gone as any other', () => {
  const left = buildNode('in', 'work', { iteration_id: 'gone', loop_id: 'in' }, { parentId: 'gone' });
  expect(resultOf({ nodes: nodes(s, left), edges: ['s -> in'] })).toMatchObject({
    ok: true,
    plan: { steps: [{}, { id: 'in' }] },
  });
});

it('survives 500 containers in each other, and two that stand in each other', () => {
  const nest = Array.from({ length: 500 }, (_, i) =>
    buildNode(`c${i}`, 'iteration', {}, i === 0 ? {} : { parentId: `c${i - 1}` }),
  );
  expect(resultOf({ nodes: [s, ...nest], edges: ['s -> c0'] }).issues).toHaveLength(500);
  const pair = [buildNode('x', 'loop', { loop_id: 'y' }), buildNode('y', 'loop', { loop_id: 'x' })];
  expect(issuesOf({ nodes: [s, ...pair] })).toHaveLength(2);
});
