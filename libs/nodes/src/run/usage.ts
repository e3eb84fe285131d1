import { decimalText, encodeFloat } from '@tenon/base';
import type { Usage, Value } from '@tenon/engine';
import { costOf, isCredible, type ChatMessage, type ChatUsage, type ModelPrice } from '@tenon/ports';
import { estimateTokens } from './tokens.js';

/** How long a call took, in milliseconds from its start; `firstMs` is when the first piece came, if one did. */
export interface CallTimes {
  readonly firstMs?: number;
  readonly totalMs: number;
}

/** The provider's count, or an estimate where it gave none or an impossible one, and what that costs. */
export function countUsage(
  reported: ChatUsage | undefined,
  messages: readonly ChatMessage[],
  replyText: string,
  price?: ModelPrice,
): Usage {
  const usage = countTokens(reported, messages, replyText);
  const cost = costOf(usage, price);
  return cost ? { ...usage, costNanoUsd: cost.promptNanoUsd + cost.completionNanoUsd } : usage;
}

function countTokens(reported: ChatUsage | undefined, messages: readonly ChatMessage[], replyText: string): Usage {
  if (reported && isCredible(reported)) return reported;
  const promptTokens = estimatePrompt(messages);
  const completionTokens = estimateTokens(replyText);
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, isEstimated: true };
}

/** About how many tokens the texts of a prompt are. */
export function estimatePrompt(messages: readonly ChatMessage[]): number {
  const texts = messages.flatMap(({ content }) =>
    typeof content === 'string' ? [content] : content.map((part) => (part.type === 'text' ? part.text : '')),
  );
  return texts.reduce((sum, text) => sum + estimateTokens(text), 0);
}

/** Unit prices are told for a million tokens. */
const PRICE_UNIT = '0.000001';

/** The `usage` output as the app format has it, in which prices that nobody knows are 0. */
export function usageValue(usage: Usage, times: CallTimes, price?: ModelPrice): Value {
  const seconds = (ms: number) => encodeFloat(Math.round(ms) / 1000) as Value;
  const cost = costOf(usage, price);
  const unit = cost ? PRICE_UNIT : '0';
  const unitPrice = (microUsd = 0) => (cost ? decimalText(microUsd, 6) : '0');
  const { promptNanoUsd = 0, completionNanoUsd = 0 } = cost ?? {};
  return {
    prompt_tokens: usage.promptTokens,
    prompt_unit_price: unitPrice(price?.input),
    prompt_price_unit: unit,
    prompt_price: decimalText(promptNanoUsd, 9),
    completion_tokens: usage.completionTokens,
    completion_unit_price: unitPrice(price?.output),
    completion_price_unit: unit,
    completion_price: decimalText(completionNanoUsd, 9),
    total_tokens: usage.totalTokens,
    total_price: decimalText(promptNanoUsd + completionNanoUsd, 9),
    currency: 'USD',
    latency: seconds(times.totalMs),
    time_to_first_token: times.firstMs === undefined ? null : seconds(times.firstMs),
    time_to_generate: times.firstMs === undefined ? null : seconds(times.totalMs - times.firstMs),
  };
}
