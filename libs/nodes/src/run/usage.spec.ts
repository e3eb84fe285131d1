import { countUsage, usageValue } from './usage.js';

const messages = [{ role: 'user' as const, content: 'abcdefgh' }];

describe('usage of a model', () => {
  it('is what the provider reports', () => {
    const usage = { promptTokens: 12, completionTokens: 3, totalTokens: 15 };
    expect(countUsage(usage, messages, 'abcd')).toEqual(usage);
  });

  it.each([
    ['none', undefined],
    ['a negative one', { promptTokens: -1, completionTokens: 3, totalTokens: 2 }],
    ['a negative total', { promptTokens: 1, completionTokens: 3, totalTokens: -4 }],
    ['half a token', { promptTokens: 1.5, completionTokens: 3, totalTokens: 4.5 }],
    ['more than any model takes', { promptTokens: 10_000_001, completionTokens: 3, totalTokens: 10_000_004 }],
    ['one beyond counting', { promptTokens: 1e300, completionTokens: 3, totalTokens: 1e300 }],
    ['nothing', { promptTokens: 0, completionTokens: 0, totalTokens: 0 }],
  ])('B71 is an estimate, and marked so, when the provider reports %s', (_name, reported) => {
    expect(countUsage(reported, messages, 'abcd')).toEqual({
      ...{ promptTokens: 2, completionTokens: 1, totalTokens: 3 },
      isEstimated: true,
    });
  });

  it('has its cost where the price is known, also when it is an estimate', () => {
    const price = { input: 150_000, output: 600_000 };
    const usage = { promptTokens: 12, completionTokens: 3, totalTokens: 15 };
    expect(countUsage(usage, messages, 'abcd', price)).toEqual({ ...usage, costNanoUsd: 3_600 });
    expect(countUsage(undefined, messages, 'abcd', price)).toMatchObject({ isEstimated: true, costNanoUsd: 900 });
    expect(countUsage(usage, messages, 'abcd', { ...price, maxPromptTokens: 11 })).toEqual(usage);
  });

  it('is estimated from the texts of a prompt in parts', () => {
    const image = { type: 'image' as const, url: 'data:image/png;base64,AAAA' };
    const parts = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'abcdefgh' }, image] }];
    expect(countUsage(undefined, parts, '')).toMatchObject({ promptTokens: 2, completionTokens: 0 });
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
    expect(usageValue(usage, { totalMs: 1 }, { input: 150_000, output: 37_500 })).toMatchObject({
      ...{ prompt_unit_price: '0.15', prompt_price_unit: '0.000001', prompt_price: '0.00000015' },
      ...{ completion_unit_price: '0.0375', completion_price_unit: '0.000001', completion_price: '0.000000075' },
      total_price: '0.000000225',
    });
  });
});
