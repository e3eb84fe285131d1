import { definition } from './definition.js';

const data = {
  model: { provider: 'openai', name: 'gpt-4o', mode: 'chat' },
  prompt_template: [{ role: 'user', text: '{{#a.b#}}' }],
  context: { enabled: false, variable_selector: [] },
};
const place = { nodeId: 'node', mode: 'advanced-chat' as const };
const read = (more: object = {}) => definition.config.parse({ ...data, ...more });
const refersTo = (more: object) => definition.references(read(more), place).map(({ selector }) => selector.join('.'));
const lower = (more: object = {}) => definition.lower(read(more), { ...place, handlesFailure: false });

describe('settings of an llm step', () => {
  it('take null for everything that may be missing', () => {
    const empty = { memory: null, vision: null, prompt_config: null, structured_output: null, context: null };
    expect(read({ ...empty, reasoning_format: null }).reasoning_format).toBe('tagged');
  });

  it('refer to everything the prompt reads', () => {
    expect(
      refersTo({
        prompt_template: [
          { role: 'system', text: '{{#a.b#}} {{#context#}}' },
          { role: 'user', text: '{{#not.read#}}', edition_type: 'jinja2', jinja2_text: '{{ x }}' },
        ],
        prompt_config: { jinja2_variables: [{ variable: 'x', value_selector: ['c', 'd'] }] },
        context: { enabled: true, variable_selector: ['e', 'f'] },
        memory: { window: { enabled: false }, query_prompt_template: '{{#sys.query#}} {{#g.h#}}' },
        model: { ...data.model, completion_params: { temperature: '{{#i.j#}}', stop: ['{{#k.l#}}'] } },
      }),
    ).toEqual(['a.b', 'c.d', 'e.f', 'sys.query', 'g.h', 'sys.query', 'i.j']);
  });

  it('do not refer to a context that is switched off', () => {
    expect(refersTo({ context: { enabled: false, variable_selector: ['e', 'f'] } })).toEqual(['a.b']);
  });

  it('stream thoughts only where they are kept apart', () => {
    expect(lower().streams).toEqual(['text']);
    expect(lower({ reasoning_format: 'separated' }).streams).toEqual(['text', 'reasoning_content']);
  });

  it('read one text as a completion prompt', () => {
    expect(lower({ prompt_template: { text: 'x' } }).instruction.config).toMatchObject({
      prompt: { mode: 'completion', isJinja: false, text: 'x' },
    });
  });

  it('warn of pictures and refuse a schema that is none', () => {
    const issues = definition.check?.(
      read({
        vision: { enabled: true, configs: null },
        structured_output_enabled: true,
        structured_output: { schema: { type: 'object', properties: { a: { type: 'text' }, b: { pattern: '(?=x)' } } } },
      }),
    );
    expect(issues).toMatchObject([
      { severity: 'warning', code: 'node.visionIgnored' },
      { severity: 'error', path: ['structured_output', 'schema', 'properties', 'a', 'type'] },
      { severity: 'error', path: ['structured_output', 'schema', 'properties', 'b', 'pattern'] },
    ]);
  });

  it('refuse a schema that refers to another document', () => {
    const schema = {
      type: 'object',
      properties: { a: { $$ref: 'https://example.com/s.json' }, b: { $$ref: '#/properties/a' } },
    };
    const issues = definition.check?.(read({ structured_output_enabled: true, structured_output: { schema } }));
    expect(issues).toMatchObject([
      { severity: 'error', path: ['structured_output', 'schema', 'properties', 'a', '$ref'] },
    ]);
  });
});
