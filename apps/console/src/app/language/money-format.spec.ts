import { moneyFormat } from './money-format.js';

it.each([
  ['0', '$0', 'US$0'],
  ['0.000000001', '<$0.0001', '<US$0.0001'],
  ['0.0001', '$0.0001', 'US$0.0001'],
  ['0.001234', '$0.0012', 'US$0.0012'],
  ['0.5', '$0.50', 'US$0.50'],
  ['0.99996', '$1.00', 'US$1.00'],
  ['12.3456', '$12.35', 'US$12.35'],
  ['1234567.8', '$1,234,567.80', 'US$1,234,567.80'],
])('%s dollars are %s, in Chinese %s', (amount, english, chinese) => {
  expect(moneyFormat('en')(amount, 'USD')).toBe(english);
  expect(moneyFormat('zh-Hans')(amount, 'USD')).toBe(chinese);
});
