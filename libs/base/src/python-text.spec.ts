import { pythonQuote } from './python-text.js';

// what `repr` of Python 3.11 prints
it.each([
  ['plain', "'plain'"],
  ["it's", `"it's"`],
  [`it's "so"`, `'it\\'s "so"'`],
  ['back\\slash', "'back\\\\slash'"],
  ['a\tb\nc\rd', "'a\\tb\\nc\\rd'"],
  ['\0\x1f\x7f', "'\\x00\\x1f\\x7f'"],
  ['中文 é 😀', "'中文 é 😀'"],
  ['\u00a0\u200b\u2028', "'\\xa0\\u200b\\u2028'"],
  ['\u{e0001}', "'\\U000e0001'"],
])('quotes %j as Python does', (text, quoted) => {
  expect(pythonQuote(text)).toBe(quoted);
});
