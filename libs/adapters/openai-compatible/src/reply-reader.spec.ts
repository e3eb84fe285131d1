import type { ChatDelta } from '@tenon/ports';
import { ReplyReader } from './reply-reader.js';

/** What servers send besides what the API describes. */
describe('reply reader', () => {
  const read = (...pieces: unknown[]): ChatDelta[] => {
    const reader = new ReplyReader('acme m-1', 100);
    return [...pieces.flatMap((piece) => reader.read(piece)), ...reader.end()];
  };
  const piece = (delta: object, more: object = {}) => ({ choices: [{ index: 0, delta, ...more }] });
  const stop = piece({}, { finish_reason: 'stop' });

  it('reads reasoning under either name', () => {
    expect(read(piece({ reasoning: 'a' }), piece({ reasoning_content: 'b', content: '' }), stop).slice(0, 2)).toEqual([
      { type: 'reasoning', text: 'a' },
      { type: 'reasoning', text: 'b' },
    ]);
  });

  it('reads text in parts and a refusal as text', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(read(piece({ content: parts }), piece({ content: null, refusal: 'No.' }), stop).slice(0, 3)).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'text', text: 'No.' },
    ]);
  });

  it('reads a message where a delta is due', () => {
    expect(read({ choices: [{ message: { content: 'whole' }, finish_reason: 'stop' }] })[0]).toEqual({
      type: 'text',
      text: 'whole',
    });
  });

  it('numbers tool calls that come without an index, and writes object arguments as text', () => {
    const call = (id: string | undefined, text: unknown) =>
      piece({ tool_calls: [{ id, function: { name: id && 'f', arguments: text } }] });
    expect(read(call('a', '{'), call(undefined, '}'), call('b', { x: 1 }), stop).slice(0, 3)).toEqual([
      { type: 'toolCall', index: 0, id: 'a', name: 'f', arguments: '{' },
      { type: 'toolCall', index: 0, arguments: '}' },
      { type: 'toolCall', index: 1, id: 'b', name: 'f', arguments: '{"x":1}' },
    ]);
  });

  it('reads the first choice of several', () => {
    const both = {
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' } },
      ],
    };
    expect(read(both, stop)[0]).toEqual({ type: 'text', text: 'yes' });
  });

  it('keeps the last of running token counts and adds up a missing total', () => {
    const usage = (completion: number) => ({ choices: [], usage: { prompt_tokens: 2, completion_tokens: completion } });
    expect(read(piece({ content: 'a' }), usage(1), stop, usage(3)).at(-1)).toEqual({
      type: 'usage',
      usage: { promptTokens: 2, completionTokens: 3, totalTokens: 5 },
    });
  });

  it.each([
    [
      'the same count twice',
      [
        { prompt_tokens: 2, completion_tokens: 3 },
        { prompt_tokens: 2, completion_tokens: 3 },
      ],
    ],
    [
      'a count that is zero again',
      [
        { prompt_tokens: 2, completion_tokens: 3 },
        { prompt_tokens: 0, completion_tokens: 0 },
      ],
    ],
    [
      'a negative one after it',
      [
        { prompt_tokens: 2, completion_tokens: 3 },
        { prompt_tokens: 2, completion_tokens: -9 },
      ],
    ],
    [
      'a huge one before it',
      [
        { prompt_tokens: 1e12, completion_tokens: 3 },
        { prompt_tokens: 2, completion_tokens: 3 },
      ],
    ],
    ['a total below its parts', [{ prompt_tokens: 2, completion_tokens: 3, total_tokens: -1 }]],
  ])('B71 counts once and never below nothing: %s', (_what, reports) => {
    const chunks = reports.map((usage) => ({ choices: [], usage }));
    expect(read(piece({ content: 'a' }), stop, ...chunks).at(-1)).toEqual({
      type: 'usage',
      usage: { promptTokens: 2, completionTokens: 3, totalTokens: 5 },
    });
  });

  it.each([
    ['as OpenAI says it', { prompt_tokens_details: { cached_tokens: 2 } }, 2],
    ['as DeepSeek says it', { prompt_cache_hit_tokens: 3 }, 3],
    ['where nothing was read before', { prompt_tokens_details: { cached_tokens: 0 } }, undefined],
    ['where nobody says', { prompt_tokens_details: null }, undefined],
    ['more than the prompt has', { prompt_tokens_details: { cached_tokens: 5 } }, undefined],
    ['less than none', { prompt_tokens_details: { cached_tokens: -1 } }, undefined],
  ])('reads how much of a prompt was read before, %s', (_what, said, cachedTokens) => {
    const usage = { prompt_tokens: 4, completion_tokens: 3, ...said };
    expect(read(piece({ content: 'a' }), stop, { choices: [], usage }).at(-1)).toEqual({
      type: 'usage',
      usage: { promptTokens: 4, completionTokens: 3, totalTokens: 7, ...(cachedTokens && { cachedTokens }) },
    });
  });

  it.each([{ prompt_tokens: -2, completion_tokens: 3 }, { prompt_tokens: 1e12 }, { prompt_tokens: '7' }, {}, null])(
    'B71 reports nothing where the server reports %j',
    (usage) => {
      expect(read(piece({ content: 'a' }), stop, { choices: [], usage }).at(-1)).toEqual({
        type: 'finish',
        reason: 'stop',
      });
    },
  );

  it.each([null, 'text', 7, [], { choices: {} }, { choices: [null] }, { choices: 'x', usage: [] }, { object: 'ping' }])(
    'passes over %p',
    (odd) => {
      expect(read(odd, piece({ content: 'a', tool_calls: [null, 3], extra: 1 }), stop)).toHaveLength(2);
    },
  );

  it('refuses a reply without a choice, one without an end, and one that is too large', () => {
    expect(() => read({ choices: [] })).toThrow(expect.objectContaining({ code: 'model.brokenReply' }));
    expect(() => read(piece({ content: 'a' }))).toThrow(expect.objectContaining({ code: 'model.cutStream' }));
    const half = piece({ content: 'é'.repeat(25) });
    expect(read(half, half, stop)).toHaveLength(3);
    const tooLarge = expect.objectContaining({ code: 'model.replyTooLarge' });
    expect(() => read(half, half, piece({ reasoning: 'x' }), stop)).toThrow(tooLarge);
  });
});
