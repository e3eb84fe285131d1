import { buildDefinition, buildNode, buildVariable } from '@tenon/dsl/testing';
import type { DefinitionVariable } from '@tenon/dsl';
import { canonicalJson, type Json } from '@tenon/base';
import { pathText } from '@tenon/dsl';
import { z } from 'zod';
import { type AnyNodeDefinition, compile, hashOf, type NodeDefinition } from './index.js';

const start: NodeDefinition<{ names: string[] }> = {
  type: 'start',
  version: 1,
  isRoot: true,
  config: z.object({ names: z.array(z.string()).default([]) }),
  exits: () => ['source'],
  outputs: ({ names }) => Object.fromEntries(names.map((name) => [name, 'string' as const])),
  references: ({ names }, { nodeId }) => names.map((name) => ({ selector: [nodeId, name], path: ['names'] })),
  inputFields: ({ names }) =>
    names.map((name) => ({
      name,
      label: name,
      type: 'paragraph',
      required: true,
      default: null,
      maxLength: null,
      options: [],
      jsonSchema: null,
    })),
  lower: (_, { nodeId }) => ({ instruction: { kind: 'inline', config: { nodeId } } }),
};
const say: NodeDefinition<{ text: string; from: string[][] }> = {
  type: 'say',
  aliases: ['tell'],
  version: 3,
  honoursRetry: true,
  config: z.object({ text: z.string(), from: z.array(z.array(z.string())).default([]) }),
  upgrade: ({ words, ...data }) => ({ ...data, ...(words === undefined ? {} : { text: words }) }),
  exits: () => ['source'],
  outputs: () => ({ text: 'string', usage: 'object' }),
  references: ({ from }) => from.map((selector, index) => ({ selector, path: ['from', index] })),
  check: ({ text }) =>
    text === '' ? [{ severity: 'warning', code: 'node.silent', path: ['text'], message: 'It says nothing.' }] : [],
  lower: ({ text }, { mode, handlesFailure }) => ({
    instruction: { kind: 'activity', config: { text, mode, handlesFailure }, weight: 'long', timeoutMs: 1000 },
    response: [{ text }],
    streams: ['text'],
  }),
};
const choose: NodeDefinition<{ cases: string[] }> = {
  type: 'choose',
  version: 1,
  branching: true,
  config: z.object({ cases: z.array(z.string()) }),
  exits: ({ cases }) => [...cases, 'false'],
  outputs: () => ({ result: 'boolean' }),
  references: () => [],
  lower: () => ({ instruction: { kind: 'inline', config: null } }),
};
const count: NodeDefinition<{ of: string[] }> = {
  type: 'count',
  version: 1,
  config: z.object({ of: z.array(z.string()) }),
  exits: () => ['source'],
  outputs: () => ({ number: 'integer' }),
  references: ({ of }) => [{ selector: of, path: ['of'], accepts: ['array[any]', 'string'] }],
  lower: () => ({ instruction: { kind: 'inline', config: null } }),
};
const types: AnyNodeDefinition[] = [start, say, choose, count];

type Parts = Parameters<typeof buildDefinition>[0];
const compiled = (parts: Parts) => compile(buildDefinition(parts), types);
const planOf = (parts: Parts) => {
  const result = compiled(parts);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.plan;
};
const issuesOf = (parts: Parts) =>
  compiled(parts).issues.map(({ severity, code, path }) => `${severity} ${code} ${pathText(path)}`);

const s = buildNode('s', 'start');
const a = buildNode('a', 'say', { text: 'A' });
const b = buildNode('b', 'say', { text: 'B' });

describe('the plan', () => {
  // s ──► a
  it('holds what each node becomes, in the order of the file', () => {
    const definition = buildDefinition({
      nodes: [buildNode('a', 'tell', { words: 'hi', title: 'Say it' }), buildNode('s', 'start', { names: ['q'] })],
      edges: ['s -> a'],
      features: { opening_statement: '' },
    });
    expect(compile(definition, types)).toMatchObject({
      ok: true,
      issues: [],
      plan: {
        format: 1,
        mode: 'workflow',
        root: 's',
        inputs: [{ name: 'q' }],
        environment: [],
        conversation: [],
        steps: [
          {
            id: 'a',
            type: 'say',
            title: 'Say it',
            instruction: { kind: 'activity', run: 'say@3', reads: [], config: { text: 'hi', handlesFailure: false } },
            exits: ['source'],
            branching: false,
            retry: { maxRetries: 0, intervalMs: 0 },
            onFailure: { then: 'stop' },
            response: { segments: [{ text: 'hi' }] },
            streams: ['text'],
            outputs: { text: 'string', usage: 'object' },
          },
          { id: 's', isRoot: true, instruction: { kind: 'inline', run: 'start@1', reads: [['s', 'q']] } },
        ],
        edges: [{ source: 's', exit: 'source', target: 'a' }],
      },
    });
  });

  it('names each selector once, and none that can never resolve', () => {
    const from = [['s', 'q'], ['env', 'A'], ['s', 'q'], ['s'], [], ['s', 'q', 'x']];
    const plan = planOf({
      nodes: [buildNode('s', 'start', { names: ['q'] }), buildNode('a', 'say', { text: '', from })],
      edges: ['s -> a'],
      environment: [buildVariable('A', 'x')],
    });
    expect(plan.steps[1]?.instruction.reads).toEqual([
      ['s', 'q'],
      ['env', 'A'],
      ['s', 'q', 'x'],
    ]);
  });

  it('is named by the hash of its content, whatever order keys have', () => {
    const parts = { nodes: [s, a], edges: ['s -> a'] };
    const first = compiled(parts);
    const turned = JSON.parse(JSON.stringify(buildDefinition(parts)), (_, value: Json) =>
      value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as ReturnType<typeof buildDefinition>;
    const second = compile(turned, types);
    if (!first.ok || !second.ok) throw new Error('refused');
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(second.hash).toBe(first.hash);
    expect(hashOf(first.plan)).toBe(first.hash);
    const moved = compiled({ ...parts, nodes: [s, { ...a, position: { x: 5, y: 5 } }] });
    expect(moved).toMatchObject({ hash: first.hash });
    expect(compiled({ ...parts, nodes: [s, b], edges: ['s -> b'] })).not.toMatchObject({ hash: first.hash });
    expect(JSON.parse(canonicalJson(first.plan as unknown as Json))).toEqual(first.plan);
  });

  it('keeps edges in the order of the file and gives ordinary steps the exit source', () => {
    const c = buildNode('c', 'choose', { cases: ['yes'] });
    const plan = planOf({
      nodes: [s, c, a, b],
      edges: ['s:success-branch -> c', 'c:false -> b', 'c:yes -> a', 'a:odd -> b'],
    });
    expect(plan.edges.map(({ source, exit, target }) => `${source}:${exit} -> ${target}`)).toEqual([
      's:source -> c',
      'c:false -> b',
      'c:yes -> a',
      'a:source -> b',
    ]);
    expect(plan.steps[1]).toMatchObject({ branching: true, exits: ['yes', 'false'] });
  });

  it('tells nodes of a workflow from those of a chat', () => {
    expect(
      planOf({ mode: 'advanced-chat', nodes: [s, a], edges: ['s -> a'] }).steps[1]?.instruction.config,
    ).toMatchObject({ mode: 'advanced-chat' });
  });
});

describe('apps and node types that are missing', () => {
  it.each(['chat', 'agent-chat', 'completion', 'agent', 'channel'])('cannot run an app of the mode %s', (mode) => {
    const definition = { ...buildDefinition(), app: { ...buildDefinition().app, mode } };
    expect(compile(definition, types)).toMatchObject({
      ok: false,
      issues: [{ severity: 'error', code: 'app.modeNotSupported', path: ['app', 'mode'] }],
    });
  });

  it.each([
    [{ type: 'iteration' }, 'Nodes of the type "iteration" are not available; "x" is one.'],
    [
      { type: 'tool', tool_name: 'search', provider_id: 'google', plugin_unique_identifier: 'a/google:1.0@f00' },
      'Nodes of the type "tool" are not available; "x" needs the tool "search" of the provider "google" (plugin a/google).',
    ],
    [
      { type: 'agent', agent_strategy_name: 'ReAct', agent_strategy_provider_name: 'l/agent/agent' },
      'Nodes of the type "agent" are not available; "x" needs the strategy "ReAct" of the provider "l/agent/agent".',
    ],
    [{ type: 'constructor' }, 'Nodes of the type "constructor" are not available; "x" is one.'],
  ])('names what %j needs', (data, message) => {
    const result = compiled({ nodes: [s, buildNode('x', data.type, data)], edges: ['s -> x'] });
    expect(result).toMatchObject({
      ok: false,
      issues: [
        {
          severity: 'error',
          code: 'node.unknownType',
          nodeId: 'x',
          path: ['workflow', 'graph', 'nodes', 1, 'data', 'type'],
          message,
        },
      ],
    });
  });

  it('lists the missing types inside a container too, but not the parts of the container', () => {
    const inside = (id: string, type: string) => buildNode(id, type, { text: '' }, { parentId: 'each' });
    const nodes = [
      s,
      buildNode('each', 'iteration'),
      inside('begin', 'iteration-start'),
      inside('t', 'tool'),
      inside('u', 'say'),
    ];
    expect(issuesOf({ nodes, edges: ['s -> each', 'begin -> t', 't -> u'] })).toEqual([
      'error node.unknownType workflow.graph.nodes[1].data.type',
      'error node.unknownType workflow.graph.nodes[3].data.type',
      'warning node.silent workflow.graph.nodes[4].data.text',
    ]);
  });
});

describe('settings of nodes', () => {
  it('lists everything that is wrong with them, with its path', () => {
    const nodes = [s, buildNode('a', 'say', { text: 7, from: [['s', 1]] }), buildNode('b', 'choose')];
    const result = compiled({ nodes, edges: ['s -> a', 'a -> b'] });
    expect(result.issues.map(({ code, path, nodeId }) => `${code} ${nodeId} ${pathText(path.slice(3))}`)).toEqual([
      'node.invalidConfig a [1].data.text',
      'node.invalidConfig a [1].data.from[0][1]',
      'node.invalidConfig b [2].data.cases',
    ]);
    expect(result.issues[0]?.message).toBe('"a": text: text is needed here, not a number.');
  });

  it('passes on what a node type has to say, as a warning that does not stop', () => {
    const result = compiled({ nodes: [s, buildNode('a', 'say', { text: '' })], edges: ['s -> a'] });
    expect(result).toMatchObject({
      ok: true,
      issues: [{ code: 'node.silent', nodeId: 'a', message: 'It says nothing.' }],
    });
  });

  it('refuses ids and outputs that would be taken for something else', () => {
    const odd: AnyNodeDefinition = {
      ...count,
      type: 'odd',
      config: z.object({}),
      outputs: () => ({ ['constructor']: 'string' as const }),
      references: () => [],
    };
    const definition = buildDefinition({
      nodes: [s, buildNode('a.b', 'say', { text: '1' }), buildNode('env', 'odd')],
      edges: ['s -> a.b', 'a.b -> env'],
    });
    const { issues } = compile(definition, [...types, odd]);
    expect(issues.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'error node.idHasDot',
      'error node.reservedId',
      'error node.unsafeOutput',
    ]);
  });

  it('warns of two exits with one id', () => {
    const nodes = [s, buildNode('c', 'choose', { cases: ['x', 'x', 'false'] })];
    const result = compiled({ nodes, edges: ['s -> c'] });
    expect(result).toMatchObject({ ok: true, plan: { steps: [{}, { exits: ['x', 'false'] }] } });
    expect(result.issues.map(({ code }) => code)).toEqual(['node.duplicateExit', 'node.duplicateExit']);
  });
});

describe('variables', () => {
  const variables = (
    environment: DefinitionVariable[],
    conversation: DefinitionVariable[] = [],
    mode: 'workflow' | 'advanced-chat' = 'advanced-chat',
  ) => ({
    mode,
    nodes: [s],
    environment,
    conversation,
  });

  it('stand in the plan with their values, but a secret by reference only', () => {
    const sealed = buildVariable('SEALED', { $secret: '0198' }, 'secret');
    const result = compiled(
      variables(
        [buildVariable('KEY', 'hidden', 'secret'), sealed, buildVariable('N', 1, 'number')],
        [buildVariable('L', [], 'array[string]')],
      ),
    );
    expect(result).toMatchObject({
      ok: true,
      plan: {
        environment: [
          { id: 'KEY', name: 'KEY', type: 'secret', value: '' },
          { id: 'SEALED', name: 'SEALED', type: 'secret', value: { $secret: '0198' } },
          { id: 'N', name: 'N', type: 'number', value: 1 },
        ],
        conversation: [{ id: 'L', name: 'L', type: 'array[string]', value: [] }],
      },
    });
    expect(JSON.stringify(result)).not.toContain('hidden');
  });

  it('are not kept by a workflow beyond its run', () => {
    expect(planOf(variables([], [buildVariable('L', 'x')], 'workflow')).conversation).toEqual([]);
  });

  it('have to be of a known type and fit it', () => {
    expect(
      issuesOf(
        variables(
          [buildVariable('A', '5', 'number'), buildVariable('B', 'x', 'colour')],
          [buildVariable('C', 'x', 'secret'), buildVariable('D', ['x', 1], 'array[string]')],
        ),
      ),
    ).toEqual([
      'error variable.wrongType workflow.environment_variables[0].value',
      'error variable.typeUnknown workflow.environment_variables[1].value_type',
      'error variable.typeUnknown workflow.conversation_variables[0].value_type',
      'error variable.wrongType workflow.conversation_variables[1].value',
    ]);
  });

  it('count once, the last one, where two have one name', () => {
    expect(planOf(variables([buildVariable('A', 'x'), buildVariable('A', 'y')])).environment).toEqual([
      { id: 'A', name: 'A', type: 'string', value: 'y' },
    ]);
  });
});

describe('10 000 nodes', () => {
  const appOf = (text: string) => {
    const nodes = [buildNode('n0', 'start')];
    const edges: string[] = [];
    for (let i = 1; i < 10_000; i++) {
      nodes.push(
        buildNode(`n${i}`, 'say', {
          text,
          from: [
            [`n${i - 1}`, 'text'],
            [`n${i >> 1}`, 'text'],
            ['n0', 'gone'],
          ],
        }),
      );
      edges.push(`n${i - 1} -> n${i}`, `n${i >> 2} -> n${i}`);
    }
    return { nodes, edges };
  };

  it('are compiled in little time', () => {
    const begun = performance.now();
    const result = compiled(appOf('x'));
    const tookMs = performance.now() - begun;
    expect(result.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    // some 300 ms on an idle core; quadratic work would take minutes
    expect(tookMs).toBeLessThan(10_000);
  });

  it('are refused when no run can carry them', () => {
    const { issues } = compiled(appOf('x'.repeat(300)));
    expect(issues.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['plan.tooLarge']);
  });
});
