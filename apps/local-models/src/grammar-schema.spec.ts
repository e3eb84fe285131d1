import type { Json } from '@tenon/base';
import { toGrammarSchema } from './grammar-schema.js';

const inProperty = (schema: Json): Json => ({ type: 'object', properties: { a: schema } });

it('keeps what the runtime can hold a model to', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Order',
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 20, description: 'who' },
      kind: { type: 'string', enum: ['a', 'b'] },
      fixed: { const: 3 },
      due: { type: 'string', format: 'date' },
      tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
      count: { type: ['integer', 'null'] },
    },
    required: ['name', 'kind'],
    additionalProperties: false,
  };
  expect(toGrammarSchema(schema)).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 20 },
      kind: { enum: ['a', 'b'] },
      fixed: { enum: [3] },
      due: { type: 'string', format: 'date' },
      tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
      count: { oneOf: [{ type: 'integer' }, { type: 'null' }] },
    },
    additionalProperties: false,
  });
});

it('writes references out', () => {
  expect(
    toGrammarSchema({
      $ref: '#/$defs/pair',
      $defs: { pair: { anyOf: [{ $ref: '#/$defs/word' }, { type: 'null' }] }, word: { type: 'string' } },
    }),
  ).toEqual({ oneOf: [{ type: 'string' }, { type: 'null' }] });
});

it('leaves an object free only where none of its properties is described', () => {
  expect(toGrammarSchema({ type: 'object' })).toMatchObject({ additionalProperties: true });
  expect(toGrammarSchema({ type: 'object', additionalProperties: { type: 'number' } })).toMatchObject({
    additionalProperties: { type: 'number' },
  });
  expect(toGrammarSchema({ type: 'object', properties: {}, additionalProperties: true })).toMatchObject({
    additionalProperties: false,
  });
});

it('takes a schema without a type for anything', () => {
  expect(toGrammarSchema({ description: 'whatever' })).toHaveProperty('oneOf');
});

it('keeps of an enum what its type and const allow', () => {
  expect(toGrammarSchema({ type: 'integer', enum: [1, 'x', 2.5, null] })).toEqual({ enum: [1] });
});

it.each<[string, Json, string]>([
  ['a pattern', inProperty({ type: 'string', pattern: '^x' }), 'The schema at #/properties/a uses "pattern"'],
  ['a minimum', inProperty({ type: 'number', minimum: 0 }), 'uses "minimum"'],
  ['unique items', inProperty({ type: 'array', uniqueItems: true }), 'uses "uniqueItems"'],
  ['another format', inProperty({ type: 'string', format: 'email' }), 'asks for the format "email"'],
  [
    'a format with a length',
    inProperty({ type: 'string', format: 'date', maxLength: 5 }),
    'both a format and a length',
  ],
  ['allOf', { allOf: [{ type: 'string' }] }, 'uses "allOf"'],
  ['a union with more beside it', { type: 'object', anyOf: [{ type: 'object' }] }, 'uses "type"'],
  ['an unknown type', { type: 'file' }, 'has the unknown type "file"'],
  ['a type named like a method', { type: 'constructor' }, 'has the unknown type "constructor"'],
  ['patternProperties', { type: 'object', patternProperties: {} }, 'uses "patternProperties"'],
  ['a required property that is not described', { type: 'object', properties: {}, required: ['x'] }, 'requires "x"'],
  ['a list of objects in an enum', { enum: [{}] }, 'may only list'],
  ['an enum that its type empties', { type: 'string', enum: [1] }, 'allows no value'],
  ['a missing reference', { $ref: '#/$defs/nope' }, 'refers to "#/$defs/nope"'],
  ['a reference to another document', { $ref: 'https://example.org/x' }, 'is not among the schema’s $defs'],
  ['false', { type: 'array', items: false, minItems: 1 }, 'cannot have at most 0 items'],
  ['a text that must be shorter than it may be', { type: 'string', minLength: 5, maxLength: 2 }, 'maxLength below'],
  ['a length beyond the runtime', { type: 'string', maxLength: 5_000 }, 'asks for maxLength above 1000'],
  ['fewer properties than described', { type: 'object', properties: { a: true }, maxProperties: 0 }, 'cannot have'],
  ['no schema at all', 'string', 'must be an object'],
])('refuses %s and says where', (_, schema, message) => {
  expect(() => toGrammarSchema(schema)).toThrow(expect.objectContaining({ code: 'chat.unsupported_schema' }) as Error);
  expect(() => toGrammarSchema(schema)).toThrow(message);
});

it('refuses a schema that refers to itself', () => {
  const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } } };
  expect(() => toGrammarSchema({ $ref: '#/$defs/node', $defs: { node } })).toThrow('refers to itself');
});

it('refuses a small schema that grows huge when it is written out', () => {
  const levels = Array.from({ length: 20 }, (_, level) => {
    const next = { $ref: `#/$defs/l${level + 1}` };
    return [`l${level}`, { type: 'object', properties: { a: next, b: next } }];
  });
  const schema = { $ref: '#/$defs/l0', $defs: { ...Object.fromEntries(levels), l20: { type: 'string' } } } as Json;
  expect(() => toGrammarSchema(schema)).toThrow('nested too deeply or too large');
});

it('refuses endless nesting without running out of stack', () => {
  let schema: Json = { type: 'string' };
  for (let level = 0; level < 5_000; level++) schema = { type: 'array', items: schema };
  expect(() => toGrammarSchema(schema)).toThrow('nested too deeply');
});
