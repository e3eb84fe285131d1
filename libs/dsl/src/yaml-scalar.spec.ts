import { looksLikeOtherThanText, plainScalar } from './yaml-scalar.js';

// what Python's YAML library makes of the same text
it.each([
  ['', null],
  ['~', null],
  ['Null', null],
  ['nULL', 'nULL'],
  ['yes', true],
  ['Off', false],
  ['y', 'y'],
  ['1', 1],
  ['+1_000', 1000],
  ['-0', 0],
  ['007', 7],
  ['08', '08'],
  ['0x1F', 31],
  ['0b101', 5],
  ['0o7', '0o7'],
  ['1e5', '1e5'],
  ['1.5e3', '1.5e3'],
  ['1.0', { $float: '1.0' }],
  ['1.5e+3', { $float: '1500.0' }],
  ['.5', 0.5],
  ['1.', { $float: '1.0' }],
  ['.inf', { $float: 'inf' }],
  ['-.INF', { $float: '-inf' }],
  ['.nan', { $float: 'nan' }],
  ['12345678901234567890', { $int: '12345678901234567890' }],
  ['2024-01-01', '2024-01-01'],
  ['12:30', '12:30'],
  ['0b_', '0b_'],
])('reads %j as %j', (text, value) => {
  expect(plainScalar(text, false)).toEqual(value);
});

it('reads numbers of JSON where the document is JSON', () => {
  expect(plainScalar('1e5', true)).toEqual({ $float: '100000.0' });
});

it('takes a very long number for text', () => {
  expect(plainScalar('9'.repeat(100_000), false)).toBe('9'.repeat(100_000));
});

it.each(['', 'null', 'on', 'y', '1', '1e5', '0o7', '12:30', '2024-01-01', '1_0', '<<', '='])(
  'puts %j into quotes, since some reader takes it for something else',
  (text) => {
    expect(looksLikeOtherThanText(text)).toBe(true);
  },
);

it.each(['a', 'hello world', '1a', 'v1.2.3', 'one: two', '12-x'])('leaves %j as it is', (text) => {
  expect(looksLikeOtherThanText(text)).toBe(false);
});
