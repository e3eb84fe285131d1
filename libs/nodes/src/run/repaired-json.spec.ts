import { MAX_REPAIRED, parseRepaired } from './repaired-json.js';

describe('JSON that is repaired', () => {
  it('is what people and models write for JSON', () => {
    expect(parseRepaired("{'a': 1, b: [1, 2,],")).toEqual({ a: 1, b: [1, 2] });
    expect(parseRepaired('```json\n{"a": 1}\n```')).toEqual({ a: 1 });
  });

  it('is read as it is, however long, when nothing is wrong with it', () => {
    expect(parseRepaired(`["${'x'.repeat(2 * MAX_REPAIRED)}"]`)).toEqual(['x'.repeat(2 * MAX_REPAIRED)]);
    expect(() => parseRepaired(`["${'x'.repeat(2 * MAX_REPAIRED)}'`)).toThrow('The text is not valid JSON.');
  });

  // repairing a list of a million documents takes hours
  it.each(['{}\n', '{', '"a" ', "'", '/*', '\\"', 'a(', '",", '])(
    'B28 takes no time for a million times %j',
    (part) => {
      const startedAt = performance.now();
      expect(() => parseRepaired(part.repeat(1_000_000))).toThrow();
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    },
  );
});
