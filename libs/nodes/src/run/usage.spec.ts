import { countUsage, usageValue } from './usage.js';

const messages = [{ role: 'user' as const, content: 'abcdefgh' }];

describe('usage of a model', () => {
  it('is what the provider reports', () => {
    const usage = { promptTokens: 12, completionTokens: 3, totalTokens: 15 };
    expect(countUsage(usage, messages, 'abcd')).toEqual({ usage, isEstimate: false });
  });

  it.each([
    ['none', undefined],
    ['a negative one', { promptTokens: -1, completionTokens: 3, totalTokens: 2 }],
    ['one beyond counting', { promptTokens: 1e300, completionTokens: 3, totalTokens: 1e300 }],
  ])('is an estimate when the provider reports %s', (_name, reported) => {
    expect(countUsage(reported, messages, 'abcd')).toEqual({
      usage: { promptTokens: 2, completionTokens: 1, totalTokens: 3 },
      isEstimate: true,
    });
  });

  it('has prices as decimal text and times in seconds', () => {
    const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 };
    expect(usageValue(usage, { firstMs: 500, totalMs: 2000 })).toMatchObject({
      prompt_tokens: 1,
      completion_tokens: 2,
      total_tokens: 3,
      total_price: '0',
      currency: 'USD',
      latency: { $float: '2.0' },
      time_to_first_token: 0.5,
      time_to_generate: 1.5,
    });
    expect(usageValue(usage, { totalMs: 1 })).toMatchObject({ time_to_first_token: null, time_to_generate: null });
  });
});
