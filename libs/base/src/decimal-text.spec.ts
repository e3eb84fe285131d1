import { decimalText } from './decimal-text.js';

it.each([
  [0, 9, '0'],
  [1, 9, '0.000000001'],
  [1230, 6, '0.00123'],
  [2_500_000, 6, '2.5'],
  [120_000_000_000, 9, '120'],
  [9_007_199_254_740_991, 9, '9007199.254740991'],
])('%d with %d digits behind the point is %s', (value, digits, text) => {
  expect(decimalText(value, digits)).toBe(text);
});
