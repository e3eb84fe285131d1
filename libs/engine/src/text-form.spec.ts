import { pythonRepr, toLog, toMarkdown, toText } from './text-form.js';
import { encode, secretOf, type Value } from './value.js';

const ref: Value = { $ref: { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'start' } };

describe('the three renderings', () => {
  it.each<[string, Value, string, string, string]>([
    ['a string', 'a "b"', 'a "b"', 'a "b"', 'a "b"'],
    ['an integer', 1, '1', '1', '1'],
    ['a whole float', { $float: '1.0' }, '1.0', '1.0', '1.0'],
    ['a large float', { $float: '1e+16' }, '1e+16', '1e+16', '1e+16'],
    ['a boolean', true, 'True', 'True', 'True'],
    ['none', null, '', '', ''],
    ['an empty list', [], '', '', '[]'],
    ['strings', ['a', "b'c"], '["a", "b\'c"]', "- a\n- b'c", "['a', \"b'c\"]"],
    ['numbers', [1, 2.5, { $float: '3.0' }], '[1, 2.5, 3.0]', '- 1\n- 2.5\n- 3.0', '[1, 2.5, 3.0]'],
    ['booleans', [true, false], '[True, False]', '- True\n- False', '[True, False]'],
    ['objects', [{ a: null }], "[{'a': None}]", "- {'a': None}", "[{'a': None}]"],
    ['mixed things', ['a', 1, null], "['a', 1, None]", '- a\n- 1\n- None', "['a', 1, None]"],
  ])('of %s', (_name, value, text, markdown, log) => {
    expect([toText(value), toMarkdown(value), toLog(value)]).toEqual([text, markdown, log]);
  });

  it('of an object: one line for text, indented for the others', () => {
    const value = encode({ k: 'ü', list: [1, true, null], $x: {} });
    expect(toText(value)).toBe('{"k": "ü", "list": [1, true, null], "$x": {}}');
    const indented = '{\n  "k": "ü",\n  "list": [\n    1,\n    true,\n    null\n  ],\n  "$x": {}\n}';
    expect([toMarkdown(value), toLog(value)]).toEqual([indented, indented]);
    expect(toText({ n: { $float: 'nan' }, i: { $float: '-inf' } })).toBe('{"n": NaN, "i": -Infinity}');
  });

  it('of a secret: masked in records, refused elsewhere as long as it is closed', () => {
    expect(toLog(secretOf('KEY'))).toBe('*'.repeat(20));
    expect(() => toText(secretOf('KEY'))).toThrow(expect.objectContaining({ code: 'value.notOpened' }));
    expect(toLog({ a: secretOf('KEY') })).toBe(`{\n  "a": "${'*'.repeat(20)}"\n}`);
  });

  it('of a large value: its beginning in records, refused elsewhere as long as it is closed', () => {
    expect(toLog(ref)).toBe('start');
    expect(() => toMarkdown(ref)).toThrow(expect.objectContaining({ code: 'value.notOpened' }));
  });
});

describe('pythonRepr', () => {
  it('writes nested values as Python does', () => {
    expect(pythonRepr(encode({ a: [1, 1.5, 'x'], b: { c: false }, d: [] }))).toBe(
      "{'a': [1, 1.5, 'x'], 'b': {'c': False}, 'd': []}",
    );
  });
});
