import { buildDefinition, buildNode, buildVariable } from '@tenon/dsl/testing';
import { z } from 'zod';
import { type AnyNodeDefinition, compile } from './index.js';

const node = (type: string, more: Partial<AnyNodeDefinition> = {}): AnyNodeDefinition => ({
  type,
  version: 1,
  config: z.object({ reads: z.array(z.array(z.string())).default([]) }),
  exits: () => ['source'],
  outputs: () => ({ text: 'string', list: 'array[number]', thing: 'object', count: 'number' }),
  references: ({ reads }: { reads: string[][] }) =>
    reads.map((selector, index) => ({ selector, path: ['reads', index] })),
  lower: () => ({ instruction: { kind: 'inline', config: null } }),
  ...more,
});
const types = [
  node('start', {
    isRoot: true,
    outputs: () => ({ q: 'string' }),
    references: (_, { nodeId }) => [
      { selector: [nodeId, 'anything'], path: [] },
      { selector: ['sys', 'query'], path: [] },
    ],
  }),
  node('work'),
  node('lists', {
    references: ({ reads }) =>
      reads.map((selector: string[]) => ({ selector, path: ['reads'], accepts: ['array[any]'] as const })),
  }),
  node('numbers', {
    references: ({ reads }) =>
      reads.map((selector: string[]) => ({ selector, path: ['reads'], accepts: ['integer'] as const })),
  }),
];

// s ──► before ──► reader ──► after
function reading(selector: string[], type = 'work', mode: 'workflow' | 'advanced-chat' = 'workflow') {
  const definition = buildDefinition({
    mode,
    nodes: [
      buildNode('s', 'start'),
      buildNode('before', 'work', { error_strategy: 'default-value', default_value: [] }),
      buildNode('reader', type, { reads: [selector] }),
      buildNode('after', 'work'),
    ],
    edges: ['s -> before', 'before -> reader', 'reader -> after'],
    environment: [buildVariable('URL', 'x'), buildVariable('KEY', 'x', 'secret')],
    conversation: [buildVariable('topic', 'x')],
  });
  return compile(definition, types).issues.map(({ severity, code }) => `${severity} ${code}`);
}

it.each([
  [['before', 'text']],
  [['before', 'thing', 'deep', 'er']],
  [['before', 'error_message']],
  [['s', 'q']],
  [['s', 'sys.user_id']],
  [['sys', 'workflow_run_id']],
  [['env', 'URL']],
  [['env', 'KEY']],
])('%j is there', (selector) => {
  expect(reading(selector)).toEqual([]);
});

it.each([
  [['nobody', 'text'], 'warning reference.unknownNode'],
  [['before', 'gone'], 'warning reference.unknownVariable'],
  [['before', 'toString'], 'warning reference.unknownVariable'],
  [['after', 'text'], 'warning reference.notUpstream'],
  [['reader', 'text'], 'warning reference.notUpstream'],
  [['after', 'error_type'], 'warning reference.notUpstream'],
  [['s', 'error_type'], 'warning reference.unknownVariable'],
  [['before', 'text', 'length'], 'warning reference.noParts'],
  [['before', 'list', '0'], 'warning reference.noParts'],
  [['before'], 'warning reference.incomplete'],
  [[], 'warning reference.incomplete'],
  [['sys', 'weather'], 'warning reference.unknownVariable'],
  [['sys', 'query'], 'warning reference.unknownVariable'],
  [['env', 'GONE'], 'warning reference.unknownVariable'],
  [['conversation', 'topic'], 'warning reference.unknownVariable'],
  [['rag', 'shared', 'x'], 'warning reference.unknownNode'],
  [['before', '__proto__'], 'error reference.unsafeName'],
  [['constructor', 'text'], 'error reference.unsafeName'],
  [['before', 'thing', 'prototype'], 'error reference.unsafeName'],
])('%j gives %s', (selector, issue) => {
  expect(reading(selector)).toEqual([issue]);
});

it('knows the variables that only a chat has', () => {
  expect(reading(['sys', 'query'], 'work', 'advanced-chat')).toEqual([]);
  expect(reading(['conversation', 'topic'], 'work', 'advanced-chat')).toEqual([]);
});

it('warns of a type that does not fit, where both are known', () => {
  expect(reading(['before', 'list'], 'lists')).toEqual([]);
  expect(reading(['before', 'thing', 'any'], 'lists')).toEqual([]);
  expect(reading(['before', 'text'], 'lists')).toEqual(['warning reference.typeMismatch']);
  expect(reading(['before', 'count'], 'numbers')).toEqual([]);
  expect(reading(['sys', 'timestamp'], 'numbers')).toEqual([]);
  expect(reading(['env', 'URL'], 'numbers')).toEqual(['warning reference.typeMismatch']);
});

// s ──► a ──► c     b does not run before a, but both before c
it('takes every node on every way for one that runs before', () => {
  const definition = buildDefinition({
    nodes: [
      buildNode('s', 'start'),
      buildNode('a', 'work', { reads: [['b', 'text']] }),
      buildNode('b', 'work'),
      buildNode('c', 'work', {
        reads: [
          ['a', 'text'],
          ['b', 'text'],
          ['s', 'q'],
        ],
      }),
    ],
    edges: ['s -> a', 's -> b', 'a -> c', 'b -> c'],
  });
  expect(compile(definition, types).issues).toMatchObject([
    { code: 'reference.notUpstream', nodeId: 'a', path: ['workflow', 'graph', 'nodes', 1, 'data', 'reads', 0] },
  ]);
});

it('says nothing of outputs of a node whose type is missing', () => {
  const definition = buildDefinition({
    nodes: [buildNode('s', 'start'), buildNode('t', 'tool'), buildNode('r', 'work', { reads: [['t', 'json']] })],
    edges: ['s -> t', 't -> r'],
  });
  expect(compile(definition, types).issues.map(({ code }) => code)).toEqual(['node.unknownType']);
});
