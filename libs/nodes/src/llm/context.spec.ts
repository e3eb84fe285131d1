import type { Value } from '@tenon/engine';
import { contextText } from './context.js';

describe('the context of a prompt', () => {
  it('is a text as it is', () => {
    expect(contextText(' found ')).toBe(' found ');
  });

  it('is the contents of segments, with their summaries, a line each', () => {
    const segments: Value[] = [
      'loose',
      { content: 'one', title: 'x' },
      { summary: 'short', content: 'two' },
      { content: '' },
    ];
    expect(contextText(segments)).toBe('loose\none\nshort\ntwo');
  });

  it('is nothing for other values', () => {
    expect(contextText({ content: 'x' })).toBe('');
    expect(contextText(null)).toBe('');
    expect(contextText(undefined)).toBe('');
  });

  it('refuses a segment without content', () => {
    const refused = expect.objectContaining({ code: 'prompt.invalidContext' });
    expect(() => contextText([{ text: 'x' }])).toThrow(refused);
    expect(() => contextText([1])).toThrow(refused);
  });
});
