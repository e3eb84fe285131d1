import { cutPrinted, findResultProblem } from './check-result.js';

it.each([
  ['{}'],
  ['{"a": [1, 1.0, "}}}]]]", "\\"{", null]}'],
  [`{"a":"${'['.repeat(1000)}"}`],
  [`{"a":${'['.repeat(255)}${']'.repeat(255)}}`],
])('passes JSON of an object: %#', (text) => {
  expect(findResultProblem(text, '')).toBeUndefined();
});

it.each([
  ['undefined', 'code.failed', 'main must return'],
  ['', 'code.failed', 'main must return'],
  ['[]', 'code.failed', 'main must return'],
  ['null', 'code.failed', 'main must return'],
  ['"{}"', 'code.failed', 'main must return'],
  ['{"a": NaN}', 'code.failed', 'main must return'],
  ['{} {}', 'code.failed', 'main must return'],
  [`{"a":${'['.repeat(256)}${']'.repeat(256)}}`, 'code.outputTooLarge', '256 levels'],
  ['['.repeat(100_000), 'code.outputTooLarge', '256 levels'],
  [`{"a":"${'é'.repeat(2 ** 22)}"}`, 'code.outputTooLarge', '8 MiB'],
])('refuses what an interpreter must not say: %#', (text, code, message) => {
  expect(findResultProblem(text, 'before')).toMatchObject({
    ok: false,
    code,
    message: expect.stringContaining(message),
    printed: 'before',
  });
});

it('cuts what was printed to 64 KiB and no character in two', () => {
  expect(cutPrinted('short')).toBe('short');
  const cut = cutPrinted(`a${'漢'.repeat(30_000)}`);
  expect(cut).toBe(`a${'漢'.repeat(21_845)}…`);
  expect(Buffer.byteLength(cut.slice(0, -1))).toBe(65_536);
});
