import type { JsonObject } from '@tenon/base';
import { failureIn, NODE_ID, outputsIn, performNode } from '../testing/perform-node.js';
import { definition } from './definition.js';

const field = (variable: string, type: string, more: JsonObject = {}) => ({ variable, label: variable, type, ...more });
const start = (variables: JsonObject[], inputs: JsonObject, system: JsonObject = {}) =>
  performNode('start', { variables }, { pool: { [NODE_ID]: inputs, sys: system, env: { KEY: 'secret' } } });

describe('a start step', () => {
  it('gives its inputs and the system values that are there, and nothing of the environment', async () => {
    const performed = await start(
      [field('a', 'text-input'), field('b', 'number')],
      { a: 'x', b: null },
      { user_id: 'u', query: 'q' },
    );
    expect(outputsIn(performed)).toEqual({ a: 'x', b: null, 'sys.query': 'q', 'sys.user_id': 'u' });
  });

  it('fails without a mapping that is required, or with something else in its place', async () => {
    const required = [field('m', 'json_object', { required: true })];
    expect(failureIn(await start(required, {})).message).toBe('m is required in input form');
    expect(failureIn(await start(required, { m: [1] })).message).toBe('m must be a JSON object');
    expect(outputsIn(await start([field('m', 'json_object')], { m: null }))).toEqual({ m: null });
  });

  it('checks a mapping against its schema, written as a mapping or as text', async () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' } } };
    for (const json_schema of [schema, JSON.stringify(schema)]) {
      const form = [field('m', 'json_object', { json_schema })];
      expect(outputsIn(await start(form, { m: { n: { $float: '1.0' } } }))).toMatchObject({
        m: { n: { $float: '1.0' } },
      });
      expect(failureIn(await start(form, { m: { n: 'x' } })).message).toBe(
        "JSON object for 'm' at $.n: must be integer.",
      );
      expect(outputsIn(await start(form, { m: null }))).toMatchObject({ m: null });
    }
  });

  it('needs an activity for schemas alone', async () => {
    const schema = { type: 'object' };
    expect((await start([field('a', 'text-input', { json_schema: '' })], { a: 'x' })).instruction.kind).toBe('inline');
    const checked = await start([field('m', 'json_object', { json_schema: schema })], {});
    expect(checked.instruction).toMatchObject({ kind: 'activity', weight: 'short' });
  });

  it('describes its form', () => {
    const config = definition.config.parse({
      variables: [
        field('a', 'select', { required: true, options: ['x', 'y'], max_length: 48, default: 'x' }),
        field('b', 'paragraph', { options: null, default: null, max_length: null }),
        field('c', 'file-list', {
          max_length: 3,
          allowed_file_types: ['custom'],
          allowed_file_extensions: ['.csv'],
          allowed_file_upload_methods: null,
        }),
      ],
    });
    expect(definition.inputFields?.(config)).toEqual([
      {
        name: 'a',
        label: 'a',
        type: 'select',
        required: true,
        default: 'x',
        maxLength: 48,
        options: ['x', 'y'],
        jsonSchema: null,
      },
      {
        name: 'b',
        label: 'b',
        type: 'paragraph',
        required: false,
        default: null,
        maxLength: null,
        options: [],
        jsonSchema: null,
      },
      {
        name: 'c',
        label: 'c',
        type: 'file-list',
        required: false,
        default: null,
        maxLength: 3,
        options: [],
        jsonSchema: null,
        files: { types: ['custom'], extensions: ['.csv'], methods: [] },
      },
    ]);
    expect(definition.outputs(config)).toEqual({ a: 'string', b: 'string', c: 'array[file]' });
  });

  it.each([
    ['{"type": "object", "x": NaN}', 'is not valid JSON'],
    ['[1]', 'a mapping'],
    ['{"type": "thing"}', 'type'],
  ])('refuses the schema %s', (json_schema, message) => {
    const parsed = definition.config.safeParse({ variables: [field('m', 'json_object', { json_schema })] });
    const issues = parsed.success ? definition.check?.(parsed.data) : parsed.error.issues;
    expect(JSON.stringify(issues)).toContain(message);
  });

  it('refuses a field of a type that there is not', () => {
    expect(definition.config.safeParse({ variables: [field('a', 'colour')] }).success).toBe(false);
  });
});
