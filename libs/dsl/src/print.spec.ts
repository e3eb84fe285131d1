import { encodeFloat, encodeInteger, type Json } from '@tenon/base';
import fc from 'fast-check';
import { Document, parse as parseYaml } from 'yaml';
import type { Definition, GraphDefinition } from './definition.js';
import { parseDefinition } from './parse.js';
import { printDefinition } from './print.js';
import { buildDefinition, buildNode, buildVariable } from './testing/index.js';
import { fixtures } from './testing/fixtures.js';

function read(text: string): Definition {
  const result = parseDefinition(text);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.definition;
}

const tricky = fc.constantFrom(
  'yes',
  '1e5',
  '0x1',
  '~',
  '',
  ' a',
  'a ',
  '- a',
  '# a',
  'a: b',
  '%a',
  '@',
  '---',
  '\t',
  '\r\n',
  'a\n\n b\n',
  '  a\nb',
  '\n',
  '\u2028',
  '\u0085x',
  '\uFEFF',
  "'",
  '"',
  '\\',
  '{{#a.b#}}',
  '\u0007',
  '💧',
  '<<',
  '1:2',
  '2001-01-01',
  '|',
  '>',
);
const text = fc.oneof(
  tricky,
  fc.string({ unit: 'grapheme' }),
  fc.array(tricky).map((parts) => parts.join('')),
  fc.array(tricky).map((parts) => parts.join('\n')),
);
const scalar = fc.oneof(
  text,
  fc.constant(null),
  fc.boolean(),
  fc.double().map((number) => encodeFloat(number) as Json),
  fc.bigInt().map((integer) => encodeInteger(integer) as Json),
);
const key = fc
  .oneof(text, fc.constantFrom('$ref', '$$x', 'constructor', '0', 'y'))
  .filter((name) => name !== '__proto__');
const value = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value')),
    fc.dictionary(
      key.map((name) => (name.startsWith('$') ? `$${name}` : name)),
      tie('value'),
    ) as fc.Arbitrary<Json>,
  ),
})).value;

it('62: reading what was printed gives the same definition', () => {
  fc.assert(
    fc.property(value, fc.dictionary(fc.constantFrom('tenon', 'future', 'x'), value), (data, extra) => {
      const base = buildDefinition({ nodes: [buildNode('a', 'code', { data, text: 'a\nb' })] });
      const definition = { ...base, ...(extra as Record<string, Json>) };
      const printed = printDefinition(definition, { secrets: 'keep' });
      expect(read(printed)).toEqual(definition);
      expect(printDefinition(read(printed), { secrets: 'keep' })).toBe(printed);
    }),
    { numRuns: 100 },
  );
});

it.each(fixtures('accepted'))('62: $name printed and read again is the same', ({ text }) => {
  const definition = read(printDefinition(read(text), { secrets: 'keep' }));
  expect(definition['workflow']).toEqual(read(text)['workflow']);
  expect(read(printDefinition(definition, { secrets: 'keep' }))).toEqual(definition);
});

it('prints the same text whatever the order of keys is', () => {
  const definition = buildDefinition({ nodes: [buildNode('a', 'start', { b: 1, a: 2 })] });
  const turned = JSON.parse(JSON.stringify(definition), (_, item) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).reverse())
      : item,
  ) as Definition;
  expect(printDefinition(turned, { secrets: 'strip' })).toBe(printDefinition(definition, { secrets: 'strip' }));
});

it('prints what a reader of YAML 1.2 understands alike', () => {
  const data = { a: 'yes', b: '1e5', c: { $float: '1.0' }, d: 1, e: { $float: '1e+16' }, f: 'two\nlines\n', g: null };
  const definition = buildDefinition({ nodes: [buildNode('n', 'code', data)] });
  const printed = parseYaml(printDefinition(definition, { secrets: 'keep' })) as {
    workflow: { graph: { nodes: { data: unknown }[] } };
  };
  expect(printed.workflow.graph.nodes[0]?.data).toEqual({
    ...{ type: 'code', title: 'n', a: 'yes', b: '1e5', c: 1, d: 1, e: 1e16, f: 'two\nlines\n', g: null },
  });
});

it('prints prompts as blocks that people can read', () => {
  const definition = buildDefinition({
    nodes: [buildNode('n', 'llm', { text: 'You are kind.\n\nAnswer {{#sys.query#}}.' })],
  });
  expect(printDefinition(definition, { secrets: 'strip' })).toContain('text: |-\n');
});

describe('what an export leaves out', () => {
  const dataOf = (definition: GraphDefinition, secrets: 'strip' | 'keep') =>
    (read(printDefinition(definition, { secrets })) as GraphDefinition).workflow.graph.nodes.map(({ data }) => data);

  it('leaves out values of secrets unless they are kept', () => {
    const definition = buildDefinition({
      environment: [buildVariable('KEY', 'hidden', 'secret'), buildVariable('URL', 'shown')],
    });
    expect(printDefinition(definition, { secrets: 'strip' })).not.toContain('hidden');
    expect(printDefinition(definition, { secrets: 'strip' })).toContain('shown');
    expect(printDefinition(definition, { secrets: 'keep' })).toContain('hidden');
    const sealed = buildDefinition({ environment: [buildVariable('KEY', { $secret: '0198' }, 'secret')] });
    expect(printDefinition(sealed, { secrets: 'keep' })).not.toContain('0198');
  });

  it('leaves out credentials of tools unless they are kept, and those of agents always', () => {
    const tools = { type: 'constant', value: [{ tool_name: 't', credential_id: 'c1' }, 'odd'] };
    const definition = buildDefinition({
      nodes: [
        buildNode('t', 'tool', { credential_id: 'c0', tool_name: 't' }),
        buildNode('a', 'agent', { agent_parameters: { tools } }),
        buildNode('b', 'agent', { agent_parameters: null }),
      ],
    });
    const [tool, agent] = dataOf(definition, 'strip');
    expect(tool).toEqual({ type: 'tool', title: 't', tool_name: 't' });
    expect(agent?.['agent_parameters']).toEqual({ tools: { type: 'constant', value: [{ tool_name: 't' }, 'odd'] } });
    expect(dataOf(definition, 'keep')[0]?.['credential_id']).toBe('c0');
  });

  it('leaves out what triggers are here, and defaults that are uploads', () => {
    const upload = { transfer_method: 'local_file', upload_file_id: 'u' };
    const link = { transfer_method: 'remote_url', url: 'https://example.org/a.png' };
    const definition = buildDefinition({
      nodes: [
        buildNode('w', 'trigger-webhook', { webhook_url: 'https://here/w', webhook_debug_url: 'https://here/d' }),
        buildNode('p', 'trigger-plugin', { subscription_id: 's' }),
        buildNode('c', 'trigger-schedule', { config: { frequency: 'hourly' } }),
        buildNode('s', 'start', {
          variables: [
            { variable: 'a', type: 'file', default: upload },
            { variable: 'b', type: 'file-list', default: [upload, link] },
            { variable: 'c', type: 'paragraph', default: 'text' },
          ],
        }),
      ],
    });
    const [webhook, plugin, schedule, start] = dataOf(definition, 'keep');
    expect(webhook).toMatchObject({ webhook_url: '', webhook_debug_url: '' });
    expect(plugin).toMatchObject({ subscription_id: '' });
    expect(schedule).toMatchObject({ config: { mode: 'visual', frequency: 'daily', timezone: 'UTC' } });
    expect(start?.['variables']).toEqual([
      { variable: 'a', type: 'file' },
      { variable: 'b', type: 'file-list', default: [link] },
      { variable: 'c', type: 'paragraph', default: 'text' },
    ]);
  });

  it('leaves out credentials of the tools of an agent app', () => {
    const settings = fixtures('accepted').find(({ name }) => name === 'chat-settings');
    const printed = printDefinition(read(settings?.text ?? ''), { secrets: 'keep' });
    expect(printed).not.toContain('credential_id');
    expect(printed).toContain('current_time');
  });
});

it('never writes aliases for values that are shared', () => {
  const shared = { a: [1] };
  const printed = printDefinition(buildDefinition({ nodes: [buildNode('n', 'code', { x: shared, y: shared })] }), {
    secrets: 'keep',
  });
  expect(new Document(parseYaml(printed)).toString()).not.toMatch(/[&*]a\d/);
  expect(printed).not.toMatch(/[&*]a\d/);
});
