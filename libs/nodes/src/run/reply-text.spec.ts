import { createReplyText } from './reply-text.js';

function read(format: 'tagged' | 'separated', ...deltas: (string | { thought: string })[]) {
  const emitted: [string, string][] = [];
  const reply = createReplyText(format, (channel, text) => emitted.push([channel, text]));
  for (const delta of deltas) {
    if (typeof delta === 'string') reply.addText(delta);
    else reply.addThought(delta.thought);
  }
  const finished = reply.finish();
  const live = (channel: string) => emitted.filter(([name]) => name === channel).map(([, text]) => text);
  return { ...finished, live: live('text'), thoughts: live('reasoning_content') };
}

describe('the text of a reply', () => {
  it('keeps thoughts in a tagged text as they are', () => {
    expect(read('tagged', '<think>a', '</think>b')).toEqual({
      text: '<think>a</think>b',
      reasoning: '',
      live: ['<think>a', '</think>b'],
      thoughts: [],
    });
  });

  it('puts thoughts that come apart between tags when the text is tagged', () => {
    const { text, live } = read('tagged', { thought: 'a' }, { thought: 'b' }, 'c');
    expect(text).toBe('<think>\nab\n</think>c');
    expect(live.join('')).toBe(text);
  });

  it('closes the tag of a reply that is nothing but thoughts', () => {
    expect(read('tagged', { thought: 'a' }).text).toBe('<think>\na\n</think>');
  });

  it('streams separated thoughts on a channel of their own, across cut tags', () => {
    expect(read('separated', '<th', 'ink>why ', 'not</thi', 'nk>\n\nhel', 'lo')).toEqual({
      text: 'hello',
      reasoning: 'why not',
      live: ['hel', 'lo'],
      thoughts: ['why ', 'not'],
    });
  });

  it('drops white space after the first block only', () => {
    expect(read('separated', '<think>a</think>\n\nb<think>c</think>\n\nd').live.join('')).toBe('b\n\nd');
  });

  it('keeps white space after a block that follows text', () => {
    expect(read('separated', 'a<think>x</think> b').live.join('')).toBe('a b');
  });

  it('puts each block of thought on a line of its own', () => {
    const { reasoning, thoughts } = read('separated', '<think>a</think>', '<think>b</think>c', { thought: 'd' });
    expect(reasoning).toBe('a\nb\nd');
    expect(thoughts.join('')).toBe('a\nb\nd');
  });

  it('has no thoughts where there are none', () => {
    expect(read('separated', 'just ', 'text')).toEqual({
      text: 'just text',
      reasoning: '',
      live: ['just ', 'text'],
      thoughts: [],
    });
  });
});
