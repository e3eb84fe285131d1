import { canonicalJson, isJsonObject, jsonSizeBytes } from './json.js';

it('equal values have one text, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson({ a: true, b: [1, { c: 'x', d: null }] })).toBe(
    canonicalJson({ b: [1, { d: null, c: 'x' }], a: true }),
  );
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
});

it.each(['', 'plain', 'é', '中文', '😀 and more', '"quoted"\n', '\ud83d alone'])(
  'the size of %j is that of its UTF-8 JSON text',
  (text) => {
    const value = { [text]: [text] };
    expect(jsonSizeBytes(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
  },
);

it('a mapping is neither null nor a list', () => {
  expect([{}, [], null, 'x', undefined].map(isJsonObject)).toEqual([true, false, false, false, false]);
});
