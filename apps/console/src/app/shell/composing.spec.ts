import { isComposing } from './composing.js';

it.each([
  ['Enter by itself', {}, false],
  ['Enter in a word that is composed', { isComposing: true }, true],
  ['Enter that ends a word in Safari', { keyCode: 229 }, true],
])('%s', (_case, given, expected) => {
  expect(isComposing(new KeyboardEvent('keydown', { key: 'Enter', ...given }))).toBe(expected);
});
