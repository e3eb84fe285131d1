import { compileSchema } from '../run/json-schema.js';
import { readStructuredOutput } from './structured-output.js';

const check = compileSchema({
  type: 'object',
  properties: { a: { type: 'integer' }, $ref: { type: 'string' } },
  required: ['a'],
});
const read = (text: string, finishReason = 'stop') => readStructuredOutput(text, check, finishReason);

describe('structured output', () => {
  it.each([
    ['a plain object', '{"a": 1}'],
    ['a fenced object after thoughts', '<think>{"a": "no"}</think>```json\n{"a": 1}\n```'],
    ['careless JSON', "{'a': 1,}"],
    ['JSON without its end', '{"a": 1'],
  ])('is read from %s', (_name, text) => {
    expect(read(text)).toEqual({ a: 1 });
  });

  it('keeps the names that an author chose', () => {
    expect(read('{"a": 1, "$ref": "x"}')).toEqual({ a: 1, $$ref: 'x' });
  });

  it('is not invented for a reply that was cut', () => {
    expect(() => read('{"a": 1', 'length')).toThrow(expect.objectContaining({ code: 'reply.schemaMissing' }));
  });

  it.each([
    ['reply.schemaMissing', 'I cannot.'],
    ['reply.schemaMissing', '[{"a": 1}, {"a": 2}]'],
    ['reply.schemaMismatch', '{"a": 1.5}'],
    ['reply.schemaMismatch', '{}'],
  ])('fails with %s for %s', (code, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });
});
