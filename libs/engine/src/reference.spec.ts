import { collectInputs, lookupIn, needsOutside, resolve } from './reference.js';
import { encode, secretOf, type Value } from './value.js';

const ref: Value = { $ref: { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'start' } };
const pool = {
  llm: encode({ usage: { total: 0, name: '', done: false, list: [], none: null, $price: 1 }, text: 'hi' }),
  big: { doc: ref },
  env: { KEY: secretOf('KEY') },
} as Record<string, Record<string, Value>>;

describe('resolve', () => {
  it('row 60: gives nested values that are falsy', () => {
    expect(resolve(pool, ['llm', 'usage', 'total'])).toBe(0);
    expect(resolve(pool, ['llm', 'usage', 'name'])).toBe('');
    expect(resolve(pool, ['llm', 'usage', 'done'])).toBe(false);
    expect(resolve(pool, ['llm', 'usage', 'list'])).toEqual([]);
  });

  it('B61, row 60: does not resolve a missing key', () => {
    expect(resolve(pool, ['llm', 'usage', 'missing'])).toBeUndefined();
    expect(resolve(pool, ['llm', 'missing'])).toBeUndefined();
    expect(resolve(pool, ['missing', 'text'])).toBeUndefined();
  });

  it('row 60: gives none for a path that ends in null, and nothing beyond it', () => {
    expect(resolve(pool, ['llm', 'usage', 'none'])).toBeNull();
    expect(resolve(pool, ['llm', 'usage', 'none', 'more'])).toBeUndefined();
  });

  it('row 60: does not resolve a selector that is too short', () => {
    expect(resolve(pool, ['llm'])).toBeUndefined();
    expect(resolve(pool, [])).toBeUndefined();
  });

  it('B61 walks neither into lists and scalars nor into tags', () => {
    expect(resolve(pool, ['llm', 'usage', 'list', '0'])).toBeUndefined();
    expect(resolve(pool, ['llm', 'text', 'length'])).toBeUndefined();
    expect(resolve(pool, ['env', 'KEY', '$secret'])).toBeUndefined();
    expect(resolve(pool, ['big', 'doc', '$ref'])).toBeUndefined();
  });

  it('finds a key of the user that starts with a dollar sign', () => {
    expect(resolve(pool, ['llm', 'usage', '$price'])).toBe(1);
  });

  it('does not mistake what every object has for an output', () => {
    expect(resolve(pool, ['constructor', 'name'])).toBeUndefined();
    expect(resolve(pool, ['llm', 'toString'])).toBeUndefined();
    expect(resolve(pool, ['llm', 'usage', '__proto__'])).toBeUndefined();
  });
});

describe('collectInputs', () => {
  const inputs = collectInputs(pool, [
    ['llm', 'usage', 'none'],
    ['llm', 'nothing'],
    ['big', 'doc', 'title', 'de'],
  ]);

  it('B61 leaves out what does not resolve and keeps a large value closed under the full key', () => {
    expect(inputs).toEqual({ 'llm.usage.none': null, 'big.doc.title.de': ref });
  });

  it('lets a function see exactly what was collected', () => {
    const lookup = lookupIn(inputs);
    expect(lookup(['llm', 'usage', 'none'])).toBeNull();
    expect(lookup(['llm', 'text'])).toBeUndefined();
    expect(lookup(['constructor'])).toBeUndefined();
  });

  it('says when a secret or a large value is among the inputs, at any depth', () => {
    expect(needsOutside(inputs)).toBe(true);
    expect(needsOutside(collectInputs(pool, [['env', 'KEY']]))).toBe(true);
    expect(needsOutside({ 'a.b': [{ c: secretOf('KEY') }] })).toBe(true);
    expect(needsOutside({ 'a.b': encode([{ $secret: 'KEY' }]) })).toBe(false);
    expect(needsOutside(collectInputs(pool, [['llm', 'usage']]))).toBe(false);
  });
});
