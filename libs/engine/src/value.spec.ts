import { isTenonError } from '@tenon/base';
import fc from 'fast-check';
import { decode, encode, holdsReference, isAssignable, isMapping, secretOf, typeOf, type Value } from './value.js';

const ref: Value = { $ref: { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'start' } };
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (isTenonError(error)) return error.code;
    throw error;
  }
  return 'nothing was thrown';
};

describe('encode and decode', () => {
  it('keep plain JSON as it is, for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (json) => {
        const plain = JSON.parse(JSON.stringify(json)) as Value;
        expect(decode(encode(plain))).toEqual(plain);
      }),
    );
  });

  it('never let a key of the user pass for a tag', () => {
    const forged = encode({ $secret: 'KEY', inner: { $float: '1.0' }, $$x: { $ref: {} } });
    expect(forged).toEqual({ $$secret: 'KEY', inner: { $$float: '1.0' }, $$$x: { $$ref: {} } });
    expect(holdsReference(forged)).toBe(false);
    expect(decode(forged)).toEqual({ $secret: 'KEY', inner: { $float: '1.0' }, $$x: { $ref: {} } });
  });

  it('take whole numbers for integers and keep large ones to the digit', () => {
    expect(encode([1, 1.5, -0, 2 ** 60, 12345678901234567890n, NaN])).toEqual([
      1,
      1.5,
      0,
      { $int: '1152921504606846976' },
      { $int: '12345678901234567890' },
      { $float: 'nan' },
    ]);
    expect(decode([{ $float: '1.0' }, { $float: 'inf' }, { $float: '-0.0' }])).toEqual([1, null, 0]);
  });

  it('drop members without a value and refuse what is no data', () => {
    expect(encode({ a: undefined, b: [undefined] })).toEqual({ b: [null] });
    expect(codeOf(() => encode({ a: () => 1 }))).toBe('value.notJson');
  });

  it('refuse a cycle instead of running out of stack', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(codeOf(() => encode(cycle))).toBe('value.tooDeep');
  });

  it('treat __proto__ as a key like any other', () => {
    const value = encode(JSON.parse('{"__proto__": {"polluted": 1}}')) as Record<string, Value>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['polluted']).toBeUndefined();
  });
});

describe('typeOf', () => {
  it.each<[Value, string]>([
    [null, 'none'],
    [true, 'boolean'],
    [1, 'integer'],
    [{ $int: '99999999999999999999' }, 'integer'],
    [1.5, 'float'],
    [{ $float: '1.0' }, 'float'],
    ['x', 'string'],
    [{ a: 1 }, 'object'],
    [{}, 'object'],
    [secretOf('KEY'), 'secret'],
    [ref, 'any'],
    [[], 'array[any]'],
    [['a'], 'array[string]'],
    [[1, 1.5], 'array[number]'],
    [[true], 'array[boolean]'],
    [[{}], 'array[object]'],
    [[null], 'array[any]'],
    [[[1]], 'array[any]'],
    [[1, 'a'], 'array[any]'],
    [[secretOf('KEY')], 'array[any]'],
  ])('of %j is %s', (value, type) => {
    expect(typeOf(value)).toBe(type);
  });
});

describe('isAssignable', () => {
  it('counts whole and other numbers as one and looks into lists', () => {
    expect(isAssignable('integer', 1.5)).toBe(true);
    expect(isAssignable('number', '1')).toBe(false);
    expect(isAssignable('number', true)).toBe(false);
    expect(isAssignable('array[number]', [1, { $float: '2.0' }])).toBe(true);
    expect(isAssignable('array[number]', [1, '2'])).toBe(false);
    expect(isAssignable('array[any]', [1, '2', null])).toBe(true);
    expect(isAssignable('array[string]', 'a')).toBe(false);
    expect(isAssignable('object', [])).toBe(false);
    expect(isAssignable('string', null)).toBe(false);
    expect(isAssignable('none', null)).toBe(true);
    expect(isAssignable('secret', secretOf('KEY'))).toBe(true);
    expect(isAssignable('array[object]', ref)).toBe(true);
  });
});

describe('isMapping', () => {
  it('is true for mappings of the user only', () => {
    const mappings: Value[] = [{}, { a: 1 }, { $$ref: 1 }, { $$a: 1, b: 2 }];
    expect(mappings.every(isMapping)).toBe(true);
    const others: Value[] = [ref, secretOf('x'), { $int: '1' }, { $float: 'nan' }, [], null, 'x', 1];
    expect(others.some(isMapping)).toBe(false);
  });
});
