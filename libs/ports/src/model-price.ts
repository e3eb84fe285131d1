import type { ChatUsage } from './chat-model.js';

/**
 * What a model costs, in millionths of a US dollar for a million tokens. Whole numbers: $0.0375 for a million is 37 500.
 */
export interface ModelPrice {
  readonly input: number;
  /** Of the prompt, what the provider had read before; as `input` where nothing is known of it. */
  readonly cachedInput?: number;
  readonly output: number;
  /** Calls with longer prompts have another price, which is not known. */
  readonly maxPromptTokens?: number;
}

/** What a call has cost, in billionths of a US dollar: whole numbers, so that sums are exact. */
export interface CallCost {
  readonly promptNanoUsd: number;
  readonly completionNanoUsd: number;
}

/** What a model costs that runs on the owner's own computer. */
export const FREE: ModelPrice = { input: 0, output: 0 };

/** What a call has cost; undefined where that is not known. */
export function costOf(usage: ChatUsage, price: ModelPrice | undefined): CallCost | undefined {
  const { promptTokens, completionTokens, totalTokens, cachedTokens = 0 } = usage;
  if (!price || promptTokens > (price.maxPromptTokens ?? Infinity)) return undefined;
  const { input, cachedInput = input, output } = price;
  // some providers count what a model thinks in the total alone, and charge it as output
  const outputTokens = Math.max(completionTokens, totalTokens - promptTokens);
  return {
    promptNanoUsd: Math.round(((promptTokens - cachedTokens) * input + cachedTokens * cachedInput) / 1000),
    completionNanoUsd: Math.round((outputTokens * output) / 1000),
  };
}
