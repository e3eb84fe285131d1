import { compileSchema } from './json-schema.js';

describe('checking a value against a schema', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { name: { type: 'string' }, ages: { type: 'array', items: { $ref: '#/definitions/age' } } },
    required: ['name'],
    definitions: { age: { type: 'integer', minimum: 0 } },
  };

  it('is silent about a value that follows it', () => {
    expect(compileSchema(schema)({ name: 'a', ages: [1, 2] })).toBeUndefined();
  });

  it('names the place of what does not', () => {
    expect(compileSchema(schema)({ name: 'a', ages: [1, 'x'] })).toBe('at $.ages[1]: must be integer');
    expect(compileSchema(schema)({})).toBe("at $: must have required property 'name'");
  });

  it('refuses a schema that refers to another document, without fetching it', () => {
    const remote = { type: 'object', properties: { a: { $ref: 'https://example.com/schema.json' } } };
    expect(() => compileSchema(remote)).toThrow(/cannot be used.*example\.com/);
  });

  it('refuses what is no schema', () => {
    expect(() => compileSchema({ type: 'thing' })).toThrow(/cannot be used/);
    expect(() => compileSchema({ pattern: '(?=a)' })).toThrow(/cannot be used/);
  });

  it('takes linear time for a pattern that would take a regular engine years', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    expect(check('a'.repeat(50_000))).toBeUndefined();
    expect(check(`${'a'.repeat(50_000)}!`)).toMatch(/must match pattern/);
  });

  it('does not check formats', () => {
    expect(compileSchema({ type: 'string', format: 'email' })('nobody')).toBeUndefined();
  });
});
