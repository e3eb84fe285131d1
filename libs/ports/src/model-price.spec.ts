import { costOf, FREE, type ModelPrice } from './model-price.js';

const PRICE: ModelPrice = { input: 2_500_000, cachedInput: 1_250_000, output: 10_000_000, maxPromptTokens: 1_000 };
const usage = (promptTokens: number, completionTokens: number) => ({
  ...{ promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
});

describe('what a call has cost', () => {
  it('is tokens times price, in whole billionths of a dollar', () => {
    expect(costOf(usage(100, 20), PRICE)).toEqual({ promptNanoUsd: 250_000, completionNanoUsd: 200_000 });
    expect(costOf(usage(1, 0), { input: 37_500, output: 0 })).toEqual({ promptNanoUsd: 38, completionNanoUsd: 0 });
  });

  it('is less for what the provider had read before, where the price of that is known', () => {
    const cached = { ...usage(100, 0), cachedTokens: 60 };
    expect(costOf(cached, PRICE)?.promptNanoUsd).toBe(40 * 2_500 + 60 * 1_250);
    expect(costOf(cached, { input: 2_500_000, output: 0 })?.promptNanoUsd).toBe(250_000);
  });

  it('holds thoughts that only the total counts', () => {
    expect(costOf({ ...usage(100, 20), totalTokens: 150 }, PRICE)?.completionNanoUsd).toBe(500_000);
  });

  it('is unknown without a price, and beyond the prompts that the price is for', () => {
    expect(costOf(usage(1, 1), undefined)).toBeUndefined();
    expect(costOf(usage(1_000, 1), PRICE)).toBeDefined();
    expect(costOf(usage(1_001, 1), PRICE)).toBeUndefined();
  });

  it('is nothing on this computer', () => {
    expect(costOf(usage(9_999, 9_999), FREE)).toEqual({ promptNanoUsd: 0, completionNanoUsd: 0 });
  });
});
