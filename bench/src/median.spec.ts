import { median } from './median.js';

it('is the middle value, the mean of two, and not a number where one is missing', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(median([])).toBeNaN();
  expect(median([1, NaN])).toBeNaN();
});
