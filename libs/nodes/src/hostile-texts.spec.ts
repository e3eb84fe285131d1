import type { JsonObject } from '@tenon/base';
import { compile } from '@tenon/compiler';
import { parseDefinition } from '@tenon/dsl';
import { nodeDefinitions } from './catalog/definitions.js';
import { appText, endNode, startNode } from './testing/app-text.js';
import { failureIn, outputsIn, performNode } from './testing/perform-node.js';

/** What compiling an app with one node of these settings says is an error, as `code path`. */
function errorsOf(data: JsonObject): string[] {
  const text = appText({
    nodes: { start: startNode({ variable: 'q', type: 'paragraph' }), node: data, end: endNode({ q: 'start.q' }) },
    edges: ['start -> node', 'node -> end'],
  });
  const parsed = parseDefinition(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { issues } = compile(parsed.definition, nodeDefinitions);
  return issues.filter(({ severity }) => severity === 'error').map(({ code, path }) => `${code} ${path.at(-1)}`);
}
const variables = [{ variable: 'q', value_selector: ['start', 'q'] }];
const template = (text: string): JsonObject => ({ type: 'template-transform', template: text, variables });
const llm = (text: string): JsonObject => ({
  type: 'llm',
  model: { provider: 'openai', name: 'm', mode: 'chat', completion_params: {} },
  prompt_template: [{ role: 'user', text: '', edition_type: 'jinja2', jinja2_text: text }],
  context: { enabled: false },
});
const http = (more: JsonObject): JsonObject => ({
  type: 'http-request',
  method: 'get',
  url: 'https://example.com/',
  authorization: { type: 'no-auth' },
  ...more,
});

describe('a template when it is saved', () => {
  it.each([
    '{{ () => this }}',
    '{{ q => q.constructor }}',
    '{{ String.raw`x` }}',
    '{{ function () { return this }() }}',
    '{{ new Function("return process")() }}',
    '{{ q?.constructor }}',
    '{{ {get x() { return 1 }} }}',
    '{{ `${process}` }}',
    '{{ q; process }}',
    '{{ q = process }}',
    '{% with (q) %}',
    '{% import "os" %}',
    '{% include "/etc/passwd" %}',
    '{% extends "x" %}',
    '{% set x.__proto__.y = 1 %}{{',
    '{{ q|system }}',
  ])('B22 is refused for %s', (text) => {
    expect(errorsOf(template(text))).toEqual(['template.invalid template']);
    expect(errorsOf(llm(text))).toEqual(['template.invalid jinja2_text']);
  });

  it('B22 is taken for what Jinja is', () => {
    const text = '{% for one in q %}{{ loop.index }} {{ one|upper }}{% endfor %}{% with a = 1 %}{{ a }}{% endwith %}';
    expect([errorsOf(template(text)), errorsOf(llm(text))]).toEqual([[], []]);
  });
});

describe('a template when it runs', () => {
  it.each([
    '{{ constructor.constructor("return process")() }}',
    '{{ q.constructor.constructor("return process")() }}',
    '{{ q.__class__.__base__.__subclasses__() }}',
    '{{ this.process.env }}',
    '{{ q.__proto__.polluted.x }}',
    '{{ q["__defineGetter__"]("x", q) }}',
    '{{ Symbol.iterator.constructor }}',
    '{{ self.__init__.__globals__ }}',
    '{{ lipsum.__globals__["os"].popen("id").read() }}',
    '{{ cycler.__init__.__globals__ }}',
    '{{ (q|attr("__class__")).x }}',
  ])('B22 reaches nothing by %s', async (text) => {
    const pool = { start: { q: 'x' } };
    expect(failureIn(await performNode('template-transform', template(text), { pool })).code).toBe('template.failed');
    // the placeholders of answers, prompts and requests are paths and nothing else: all other braces are text
    expect(outputsIn(await performNode('answer', { answer: text }, { pool }))['answer']).toBe(text);
  });
});

describe('text that somebody wrote', () => {
  const HOSTILE = [
    '{{7*7}}',
    '{{ 7 * 7 }}{% for %}',
    '{% for x in range(9) %}x{% endfor %}',
    "{{ ''.__class__ }}",
    '{{#start.secret#}}',
    '{{#env.KEY#}}',
    '{{#context#}}{{#histories#}}#sys.query#',
    '${7*7} <%= 7*7 %> #{7*7}',
  ];

  it.each(HOSTILE)('B24 stays what it is wherever it is filled in: %s', async (q) => {
    const pool = { start: { q, secret: 'canary' }, env: { KEY: 'canary' } };
    const text = async (type: string, data: JsonObject, output: string) =>
      outputsIn(await performNode(type, data, { pool }))[output];
    expect(await text('template-transform', template('{{ q }}|{{ q ~ "" }}|{{ [q]|join }}'), 'output')).toBe(
      `${q}|${q}|${q}`,
    );
    expect(await text('answer', { answer: '{{#start.q#}}' }, 'answer')).toBe(q);
    const once = await text('template-transform', template('{{ q }}'), 'output');
    expect(
      outputsIn(await performNode('answer', { answer: '{{#n.once#}}' }, { pool: { n: { once: once ?? '' } } })),
    ).toEqual({ answer: q, files: [] });
    const condition = { variable_selector: ['start', 'q'], comparison_operator: 'is', value: '{{#start.q#}}' };
    const cases = [{ case_id: 'same', conditions: [condition] }];
    expect(await text('if-else', { cases }, 'selected_case_id')).toBe('same');
  });
});

describe('a request when it is saved', () => {
  it.each<[string, JsonObject, string]>([
    ['a line break in the address', { url: 'https://example.com/a\r\nX: y' }, 'node.badUrl url'],
    ['another scheme', { url: 'file:///etc/passwd' }, 'node.badUrl url'],
    ['gopher', { url: 'gopher://127.0.0.1:6379/_x' }, 'node.badUrl url'],
    ['a header name with a blank', { headers: 'X Y: z' }, 'node.badHeader headers'],
    ['a header that frames', { headers: 'Transfer-Encoding: chunked' }, 'node.badHeader headers'],
    ['a header that routes', { headers: 'A: b\nUpgrade: websocket' }, 'node.badHeader headers'],
    ['a header for proxies', { headers: 'proxy-authorization: x' }, 'node.badHeader headers'],
    ['a null in a header', { headers: 'X: a\0b' }, 'node.badHeader headers'],
    ['a header that HTTP cannot carry', { headers: 'X: 漢{{#start.q#}}' }, 'node.badHeader headers'],
    [
      'a line break in the name of the header of the key',
      { authorization: { type: 'api-key', config: { type: 'custom', api_key: 'k', header: 'X\r\nY' } } },
      'node.badHeader config',
    ],
    [
      'a line break in the key',
      { authorization: { type: 'api-key', config: { type: 'custom', api_key: 'k\r\nX: y', header: 'X' } } },
      'node.badHeader config',
    ],
    ['a method of its own', { method: 'GET /x HTTP/1.1\r\nX:' }, 'node.invalidConfig method'],
    ['a tunnel', { method: 'connect' }, 'node.invalidConfig method'],
  ])('B41 is refused for %s', (_what, more, error) => {
    expect(errorsOf(http(more)).map((it) => it.replace(/^\S+ method/, 'node.invalidConfig method'))).toEqual([error]);
  });

  it('B41 is taken with what only a run can tell', () => {
    const url = '{{#start.q#}}://example.com/{{#start.q#}}';
    const headers = 'X-{{#start.q#}}: {{#start.q#}}\n{{#start.q#}}\nHost: example.com\nX-Blank:';
    expect(errorsOf(http({ url, headers }))).toEqual([]);
  });
});
