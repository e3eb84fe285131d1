import { extractObject } from './json-extraction.js';

describe('the JSON object in a text', () => {
  it.each([
    ['alone', '{"a": 1}'],
    ['in a fence', 'Here it is:\n```json\n{"a": 1}\n```\nGood luck.'],
    ['as the one item of a list', '[{"a": 1}]'],
    ['after a footnote', 'As said in [1], it is {"a": 1}.'],
    ['after a brace that is no JSON', 'Use {name} for it: {"a": 1}'],
    ['inside what is broken', '{broken: {"a": 1}'],
  ])('is found %s', (_where, text) => {
    expect(extractObject(text)).toEqual({ found: 'object', object: { a: 1 } });
  });

  it('keeps whole numbers apart from others', () => {
    expect(extractObject('{"a": 1.0, "b": "}"}')).toEqual({
      found: 'object',
      object: { a: { $float: '1.0' }, b: '}' },
    });
  });

  it.each([
    ['nothing', 'I do not know.'],
    ['nothing', 'See [1] and [2].'],
    ['broken', '{"a": '],
    ['list', '[{"a": 1}, {"a": 2}]'],
  ])('is %s in %s', (found, text) => {
    expect(extractObject(text)).toEqual({ found });
  });

  it('gives up on a text of brackets', () => {
    expect(extractObject('['.repeat(100_000))).toEqual({ found: 'broken' });
  });
});
