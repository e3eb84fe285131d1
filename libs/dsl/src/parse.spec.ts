import { definitionFrom, type GraphDefinition, hasErrors, parseDefinition, pathText } from './index.js';
import { ISSUE_LIMIT } from './issue.js';
import { acceptedFixture, fixtures } from './testing/fixtures.js';

function graphOf(name: string): GraphDefinition {
  const result = parseDefinition(acceptedFixture(name));
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.definition as GraphDefinition;
}

const issuesOf = (text: string) =>
  parseDefinition(text).issues.map(({ code, path, line }) => `${code} ${pathText(path)}:${line}`);
const codesOf = (text: string) => parseDefinition(text).issues.map(({ code }) => code);
const wrap = (workflow: string) => `app: {name: A, mode: workflow}\nworkflow: ${workflow}\n`;

describe('files that are read', () => {
  it.each(fixtures('accepted'))('reads $name without an error', ({ text }) => {
    const result = parseDefinition(text);
    expect(hasErrors(result.issues)).toBe(false);
    expect(result.ok).toBe(true);
  });

  it('fills in everything that a file without a version leaves out', () => {
    const result = parseDefinition(acceptedFixture('without-version'));
    expect(result).toMatchObject({ ok: true, fileVersion: '0.1.0', issues: [] });
    const { version, kind, app, workflow } = graphOf('without-version');
    expect({ version, kind }).toEqual({ version: '0.7.0', kind: 'app' });
    expect(app).toMatchObject({ icon_type: 'emoji', icon_background: '#FFFFFF', use_icon_as_answer_icon: false });
    expect(workflow).toMatchObject({ features: {}, environment_variables: [], conversation_variables: [] });
    expect(workflow.graph.viewport).toEqual({ x: 0, y: 0, zoom: 1 });
    expect(workflow.graph.nodes[1]).toMatchObject({
      type: 'custom',
      position: { x: 400, y: 280 },
      data: { title: '' },
    });
    expect(workflow.graph.edges).toEqual([
      { id: '1-source-2-target', source: '1', sourceHandle: 'source', target: '2', targetHandle: 'target' },
    ]);
  });

  it('keeps the shapes of old nodes, for their types to read', () => {
    const [, choice, join] = graphOf('legacy-condition').workflow.graph.nodes;
    expect(choice?.data['conditions']).toHaveLength(1);
    expect(choice?.data['cases']).toBeUndefined();
    expect(join?.data.type).toBe('variable-assigner');
  });

  it('leaves out edges whose ends are not text, and makes ids of edges unique, with a warning each', () => {
    expect(issuesOf(acceptedFixture('legacy-condition'))).toEqual([
      'edge.duplicateId workflow.graph.edges[2]:23',
      'edge.endsNotText workflow.graph.edges[4]:25',
      'edge.endsNotText workflow.graph.edges[5]:26',
    ]);
    const { edges } = graphOf('legacy-condition').workflow.graph;
    expect(edges.map(({ id }) => id)).toEqual(['e1', 'e2', 'e2-2', 'e4']);
  });

  it('keeps integers and floats apart in settings and makes numbers of the layout plain', () => {
    const definition = graphOf('error-handling');
    const call = definition.workflow.graph.nodes[1];
    expect(call?.data['some_future_key']).toEqual({
      nested: [1, { $float: '1.0' }, { $int: '12345678901234567890' }, { $$ref: '#/x' }],
    });
    expect(definition.workflow.graph.viewport).toEqual({ x: -12.5, y: 0, zoom: 0.7 });
    expect(graphOf('legacy-condition').workflow.graph.nodes[0]?.position).toEqual({ x: 80, y: 282 });
  });

  it('writes selectors of variables anew and gives a variable without an id its name', () => {
    expect(graphOf('error-handling').workflow.environment_variables).toEqual([
      { id: '5f3c', name: 'TOKEN', value_type: 'secret', value: '', description: '', selector: ['env', 'TOKEN'] },
      {
        id: 'LIMIT',
        name: 'LIMIT',
        value_type: 'number',
        value: { $float: '1.0' },
        description: '',
        selector: ['env', 'LIMIT'],
      },
    ]);
  });

  it('warns of a key that stands readable in a file', () => {
    expect(issuesOf(acceptedFixture('error-handling'))).toEqual([
      'secret.inline workflow.graph.nodes[1].data.headers:25',
    ]);
  });

  it('B54 reads a newer file with a warning and keeps what it does not know', () => {
    expect(issuesOf(acceptedFixture('newer-than-known'))).toEqual(['version.newer version:1']);
    const { workflow } = graphOf('newer-than-known');
    expect(workflow['something_new']).toEqual({ a: 1 });
    expect(workflow.graph.nodes[0]?.data).toEqual({ type: 'start-of-tomorrow', title: 'Start', shape: 'round' });
  });

  it('reads apps that are settings instead of a graph', () => {
    const result = parseDefinition(acceptedFixture('chat-settings'));
    expect(result).toMatchObject({
      ok: true,
      definition: { app: { mode: 'agent-chat' }, model_config: { pre_prompt: 'Answer for {{company}}.' } },
    });
  });

  it('unfolds aliases and merged mappings', () => {
    const { nodes } = graphOf('aliases').workflow.graph;
    expect(nodes[1]).toEqual({
      id: 'other',
      type: 'custom',
      position: { x: 0, y: 0 },
      data: { type: 'end', title: '0.6.0', outputs: [] },
    });
  });

  it('reads JSON, whose numbers are those of JSON', () => {
    expect(graphOf('minimal').workflow.graph.nodes[0]?.data).toMatchObject({
      big: { $int: '12345678901234567890' },
      float: { $float: '1000.0' },
      int: 1,
    });
  });

  it('replaces characters that no database stores, with a warning', () => {
    const text = wrap('{features: {a: "x\\0y", b: "\\ud800"}}');
    expect(codesOf(text)).toEqual(['definition.unstorableText', 'definition.unstorableText']);
    expect(parseDefinition(text)).toMatchObject({
      definition: { workflow: { features: { a: 'x\uFFFDy', b: '\uFFFD' } } },
    });
  });
});

describe('files that are refused', () => {
  it.each(fixtures('rejected'))('B54 refuses with $name', ({ name, text }) => {
    const result = parseDefinition(text);
    expect(result.ok).toBe(false);
    expect(result.issues.map(({ code }) => code)).toContain(name);
    for (const { message } of result.issues) expect(message).toMatch(/^.{10,200}\.$/);
  });

  it('B54 lists every issue with its path and line, not only the first', () => {
    const text = [
      'version: 1',
      'app: {name: A, mode: workflow}',
      'workflow:',
      '  environment_variables: [{value_type: string, value: a}]',
      '  graph:',
      '    nodes:',
      '    - id: a',
      '      data: {type: start}',
      '    - id: a',
      '      data: {}',
      '    - data: {type: end}',
      '    edges: {}',
    ].join('\n');
    expect(issuesOf(text).sort()).toEqual([
      'graph.notList workflow.graph.edges:12',
      'node.duplicateId workflow.graph.nodes[1].id:9',
      'node.idMissing workflow.graph.nodes[2].id:11',
      'node.typeMissing workflow.graph.nodes[1].data.type:10',
      'variable.nameMissing workflow.environment_variables[0].name:4',
      'version.notText version:1',
    ]);
  });

  it('says where the YAML is broken, once for each line', () => {
    const { issues } = parseDefinition('app:\n  name: a: b: c\n  icon: a: b\n');
    const message = 'The file is not valid YAML: Nested mappings are not allowed in compact mappings';
    expect(issues).toMatchObject([
      { line: 2, message: `${message} (column 9).` },
      { line: 3, message: `${message} (column 9).` },
    ]);
    expect(issues).toHaveLength(2);
  });

  it('B54 says what stands in the way of every custom tag', () => {
    const rejected = fixtures('rejected').find(({ name }) => name === 'definition.tagNotAllowed');
    expect(issuesOf(rejected?.text ?? '')).toEqual([
      'definition.tagNotAllowed workflow.features.opening_statement:3',
      'definition.tagNotAllowed workflow.graph.nodes[0].data.title:4',
    ]);
  });

  it('B54 refuses a file of more than 10 MiB, counted in bytes', () => {
    expect(codesOf('#'.repeat(10 * 1024 * 1024 + 1))).toEqual(['definition.tooLarge']);
    expect(codesOf('# ' + 'ü'.repeat(6 * 1024 * 1024))).toEqual(['definition.tooLarge']);
  });

  it.each([
    ['brackets', `a: ${'['.repeat(100_000)}`],
    ['dashes', '- '.repeat(100_000)],
    ['keys', '? '.repeat(100_000)],
    ['indentation', Array.from({ length: 1500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['mappings', Array.from({ length: 150 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n') + ' 1'],
  ])('B54 refuses a file that nests too deep by %s', (_, text) => {
    expect(codesOf(text)).toEqual(['definition.tooDeep']);
  });

  it('B54 refuses a file of too many values before it parses it', () => {
    expect(codesOf(`a: [${'1,'.repeat(4_000_000)}]`)).toEqual(['definition.tooManyValues']);
  });

  it('B54 refuses aliases that unfold to too much text', () => {
    const text = `a: &a ${'x'.repeat(1_000_000)}\nb: [${'*a,'.repeat(100)}]\n`;
    expect(codesOf(text)).toEqual(['definition.tooManyValues']);
  });

  it('B54 refuses more than 10 000 nodes and takes 10 000', () => {
    const nodes = (count: number) =>
      wrap(
        `{graph: {nodes: [${Array.from({ length: count }, (_, i) => `{id: n${i}, data: {type: code}}`).join(',')}]}}`,
      );
    expect(codesOf(nodes(10_001))).toEqual(['graph.tooManyNodes']);
    expect(parseDefinition(nodes(10_000)).ok).toBe(true);
  });

  it('refuses a variable of more than 200 KiB', () => {
    const text = wrap(`{environment_variables: [{name: a, value_type: string, value: ${'x'.repeat(205_000)}}]}`);
    expect(issuesOf(text)).toEqual(['variable.tooLarge workflow.environment_variables[0].value:2']);
  });

  it('counts what is beyond the limit of one report', () => {
    const text = wrap(`{graph: {nodes: [], edges: [${'{},'.repeat(ISSUE_LIMIT + 5)}]}}`);
    const { issues } = parseDefinition(text);
    expect(issues).toHaveLength(ISSUE_LIMIT + 1);
    expect(issues.at(-1)).toMatchObject({ severity: 'warning', message: '5 more issues are left out here.' });
  });
});

describe('documents that are values already', () => {
  it('may hold references to sealed secrets where secrets stand', () => {
    const variable = { name: 'KEY', value_type: 'secret', value: { $secret: '0198' } };
    const workflow = { environment_variables: [variable] };
    expect(definitionFrom({ app: { mode: 'workflow' }, workflow })).toMatchObject({
      ok: true,
      definition: { workflow: { environment_variables: [variable] } },
    });
  });

  it('gives a stored definition back as it is', () => {
    for (const { text } of fixtures('accepted')) {
      const first = parseDefinition(text);
      if (!first.ok) throw new Error('refused');
      expect(definitionFrom(JSON.parse(JSON.stringify(first.definition)))).toMatchObject({
        ok: true,
        definition: first.definition,
      });
    }
  });

  it.each([
    ['a secret', { $secret: 'KEY' }],
    ['a stored value', { $ref: { key: 'sha256/0', sizeBytes: 1, mediaType: 'text/plain', preview: '' } }],
    ['a float that is an integer', { $float: '1' }],
    ['an integer of ordinary size', { $int: '1' }],
    ['an integer that is none', { $int: 'one' }],
    ['a prototype', JSON.parse('{"__proto__": {"polluted": true}}')],
  ])('B23 B55 refuses %s written by hand', (_, value) => {
    const result = definitionFrom({ app: { mode: 'workflow' }, workflow: { features: { value } } });
    expect(result).toMatchObject({ ok: false, issues: [{ code: 'definition.badEncoding' }] });
  });
});
