import fc from 'fast-check';
import { separateThoughts, ThinkTagSplitter, withoutThoughts } from './think-tags.js';

function split(...chunks: string[]) {
  const splitter = new ThinkTagSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

describe('think tags', () => {
  it.each([
    ['plain text', 'hello', '', 'hello'],
    ['one block', '<think>why</think>\n\nhello', 'why', 'hello'],
    ['attributes and capitals', '<THINK mode="x">why</Think>hello', 'why', 'hello'],
    ['several blocks', '<think> a </think>one\n\n\n\n<think>b\n</think>two', 'a\nb', 'one\n\ntwo'],
    ['an unclosed block', 'hello<think>and then', 'and then', 'hello'],
    ['another tag', '<thinker>hello</thinker>', '', '<thinker>hello</thinker>'],
    ['a broken tag', '<think<x>hello', '', '<think<x>hello'],
    ['a comparison', 'a < b and <b>c</b>', '', 'a < b and <b>c</b>'],
    ['attributes that are too long', `<think ${'a'.repeat(513)}>hello`, '', `<think ${'a'.repeat(513)}>hello`],
  ])('takes %s apart', (_name, text, reasoning, rest) => {
    expect(separateThoughts(split(text))).toEqual({ text: rest, reasoning });
  });

  it('gives the same whatever the chunks', () => {
    const piece = fc.constantFrom(
      '<think>',
      '<think a="1">',
      '</think>',
      '<thinker>',
      '<',
      '</',
      'think',
      '>',
      'x ',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
        (parts, sizes) => {
          const text = parts.join('');
          const chunks: string[] = [];
          for (let at = 0; at < text.length;) {
            const size = sizes.next().value as number;
            chunks.push(text.slice(at, at + size));
            at += size;
          }
          expect(separateThoughts(split(...chunks))).toEqual(separateThoughts(split(text)));
        },
      ),
    );
  });

  it('holds back nothing but what may become a tag', () => {
    const splitter = new ThinkTagSplitter();
    expect(splitter.push('a <b')).toEqual([{ kind: 'text', text: 'a <b' }]);
    expect(splitter.push(' <thi')).toEqual([{ kind: 'text', text: ' ' }]);
    expect(splitter.push('s>')).toEqual([{ kind: 'text', text: '<this>' }]);
  });

  it('drops the blocks of a finished text', () => {
    expect(withoutThoughts('<think>{"a": 1}</think>{"a": 2}')).toBe('{"a": 2}');
  });
});
