import fc from 'fast-check';
import { parsedBytes } from './json-body.js';

const bytesOf = (json: string) => parsedBytes(Buffer.from(json)) - 2 * Buffer.byteLength(json);

it.each([
  ['a text, whatever stands in it', JSON.stringify({ a: '{},[]:"\\' }), 2],
  ['a key of signs', '{"[,":0}', 2],
  ['lists in lists', '[[[[]]]]', 4],
  ['objects', '[{},{"a":1}]', 5],
  ['texts that end with backslashes', JSON.stringify(['\\\\', ',,', '\\"', ',']), 4],
])('counts %s', (_what, json, signs) => {
  expect(bytesOf(json)).toBe(100 * signs);
});

it('counts every value, whatever it is', () => {
  const countOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce<number>((count, member) => count + countOf(member), 1)
      : 1;
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(bytesOf(JSON.stringify([value]))).toBeGreaterThanOrEqual((100 * countOf(value)) / 2);
    }),
  );
});
