import type { Json } from './json.js';
import {
  encodeFloat,
  encodeInteger,
  encodeNumber,
  floatText,
  integerOf,
  isFloat,
  isInteger,
  numberOf,
  numberText,
} from './number.js';

describe('encodeNumber', () => {
  it.each([
    ['1', 1],
    ['-0', 0],
    ['1.5', 1.5],
    ['1.0', { $float: '1.0' }],
    ['1e3', { $float: '1000.0' }],
    ['9007199254740993', { $int: '9007199254740993' }],
    ['-123456789012345678901234567890', { $int: '-123456789012345678901234567890' }],
  ])('reads %s and keeps what JavaScript would lose', (text, encoded) => {
    expect(encodeNumber(text)).toEqual(encoded);
  });
});

describe('floatText', () => {
  // what `repr` of Python 3.11 prints
  it.each([
    [1, '1.0'],
    [0.1, '0.1'],
    [-0, '-0.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e300, '1.5e+300'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('prints %p as %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });
});

it('integers and floats are told apart in every encoding', () => {
  const integers = [0, -3, encodeInteger(2n ** 70n)] as Json[];
  const floats = [0.5, encodeFloat(2), encodeFloat(NaN)] as Json[];
  for (const integer of integers) expect([isInteger(integer), isFloat(integer)]).toEqual([true, false]);
  for (const float of floats) expect([isInteger(float), isFloat(float)]).toEqual([false, true]);
  const others: Json[] = ['1', null, true, [1], { $float: 1 }, { $int: '1', more: 1 }];
  for (const other of others) expect([isInteger(other), isFloat(other)]).toEqual([false, false]);
});

it('a number comes back as it went in', () => {
  for (const value of [0.1, 2, -1e21, Infinity, -Infinity]) expect(numberOf(encodeFloat(value))).toBe(value);
  expect(numberOf(encodeFloat(NaN))).toBeNaN();
  for (const value of [0n, -5n, 2n ** 64n]) expect(integerOf(encodeInteger(value))).toBe(value);
  expect(integerOf(encodeFloat(-2.9))).toBe(-2n);
  expect([numberText(7), numberText(2.5), numberText({ $float: '3.0' }), numberText({ $int: '9'.repeat(20) })]).toEqual(
    ['7', '2.5', '3.0', '9'.repeat(20)],
  );
});
