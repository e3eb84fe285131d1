import { encodeFloat } from '@tenon/base';
import type { Usage, Value } from '@tenon/engine';
import { isCredible, type ChatMessage, type ChatUsage } from '@tenon/ports';
import { estimateTokens } from './tokens.js';

/** How long a call took, in milliseconds from its start; `firstMs` is when the first piece came, if one did. */
export interface CallTimes {
  readonly firstMs?: number;
  readonly totalMs: number;
}

/** The provider's count, or an estimate where it gave none or an impossible one. */
export function countUsage(
  reported: ChatUsage | undefined,
  messages: readonly ChatMessage[],
  replyText: string,
): Usage {
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

/** The `usage` output as the app format has it. Prices are not known here, so they are all 0. */
export function usageValue(usage: Usage, times: CallTimes): Value {
  const seconds = (ms: number) => encodeFloat(Math.round(ms) / 1000) as Value;
  return {
    prompt_tokens: usage.promptTokens,
    prompt_unit_price: '0',
    prompt_price_unit: '0',
    prompt_price: '0',
    completion_tokens: usage.completionTokens,
    completion_unit_price: '0',
    completion_price_unit: '0',
    completion_price: '0',
    total_tokens: usage.totalTokens,
    total_price: '0',
    currency: 'USD',
    latency: seconds(times.totalMs),
    time_to_first_token: times.firstMs === undefined ? null : seconds(times.firstMs),
    time_to_generate: times.firstMs === undefined ? null : seconds(times.totalMs - times.firstMs),
  };
}
