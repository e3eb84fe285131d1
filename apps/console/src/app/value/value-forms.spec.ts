import type { Json } from '@tenon/base';
import { fieldsOf, fileNameOf, formsOf, imageIn, tableOf, textOf } from './value-forms.js';

const PNG = 'data:image/png;base64,AAAA';
const KEY = `files/01a22d35-8911-7592-96ba-ec1358270385/${'0f'.repeat(32)}`;
const file = (more: object): Json => ({
  dify_model_identity: '__dify__file__',
  id: null,
  type: 'image',
  transfer_method: 'tool_file',
  remote_url: null,
  related_id: KEY,
  filename: 'a.jpg',
  extension: '.jpg',
  mime_type: 'image/jpeg',
  size: 3,
  url: `${location.origin}/files/${KEY}`,
  ...more,
});

describe('the form that a value is read in', () => {
  it.each<[string, Json, string[]]>([
    ['plain text', 'Hello * there', ['text', 'markdown', 'json']],
    ['text with a list', 'Two:\n- a\n- b', ['markdown', 'text', 'json']],
    ['text with a table', '| a | b |\n| - | - |', ['markdown', 'text', 'json']],
    ['text with code', 'So:\n```js\nx\n```', ['markdown', 'text', 'json']],
    ['text with bold words', 'This is **it**.', ['markdown', 'text', 'json']],
    ['an empty text', '', ['text']],
    ['a list of objects', [{ a: 1 }, { b: 2 }], ['table', 'json']],
    ['a list of anything', [{ a: 1 }, 2], ['json']],
    ['an empty list', [], ['json']],
    ['a list of empty objects', [{}], ['json']],
    ['an object', { a: 1 }, ['json']],
    ['nothing', null, ['json']],
    ['an image in a text', PNG, ['image', 'text']],
    ['an image that is kept', file({}), ['image', 'json']],
    ['an image of another host', file({ url: 'https://evil.example/a.png' }), ['json']],
    ['a file that is no image', file({ type: 'document' }), ['json']],
  ])('of %s', (_, value, forms) => {
    expect(formsOf(value)).toEqual(forms);
  });

  it('is not a table when it has too many columns', () => {
    expect(formsOf([Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`c${index}`, index]))])).toEqual([
      'json',
    ]);
  });
});

it('an image is fetched from us, whatever its address says of where we are', () => {
  expect(imageIn(file({}))).toBe(`/files/${KEY}`);
  expect(imageIn(file({ url: `https://evil.example/files/${KEY}` }))).toBeUndefined();
  expect(imageIn('data:image/svg+xml;base64,AAAA')).toBeUndefined();
});

it('a table has the columns of all its rows, and no more rows than are wanted', () => {
  expect(tableOf([{ a: 1 }, { b: [2], a: null }, { c: 3 }], 2)).toEqual({
    columns: ['a', 'b', 'c'],
    rows: [
      [1, '', ''],
      ['', [2], ''],
    ],
  });
});

it('texts stand as they are, all else as JSON', () => {
  expect(textOf('a "b"')).toBe('a "b"');
  expect(textOf('a "b"', 'json')).toBe('"a \\"b\\""');
  expect(textOf({ a: 1 })).toBe('{\n  "a": 1\n}');
});

it('an object is read field by field, unless it has none or very many', () => {
  expect(fieldsOf({ text: 'a', usage: {} })).toEqual([
    ['text', 'a'],
    ['usage', {}],
  ]);
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${index}`, index]));
  for (const value of ['a', {}, [1], many, file({})]) expect(fieldsOf(value)).toEqual([['', value]]);
});

it('a file is named after what it holds, whatever that is called', () => {
  expect(fileNameOf(['LLM 2: ../../etc', 'text'], '# a', 'markdown')).toBe('LLM-2-etc-text.md');
  expect(fileNameOf(['回答', 'text'], 'a', 'text')).toBe('回答-text.txt');
  expect(fileNameOf(['', ''], { a: 1 }, 'table')).toBe('value.json');
  expect(fileNameOf(['a', 'b'], 'x', 'json')).toBe('a-b.json');
  expect(fileNameOf(['a'], PNG, 'image')).toBe('a.png');
  expect(fileNameOf(['a'], file({}), 'image')).toBe('a.jpg');
});

it('five megabytes are looked at in an instant', () => {
  const started = Date.now();
  const text = 'word * '.repeat(750_000);
  formsOf(text);
  formsOf(Array.from({ length: 50_000 }, () => ({ a: 'x'.repeat(100) })));
  expect(Date.now() - started).toBeLessThan(1_000);
});
