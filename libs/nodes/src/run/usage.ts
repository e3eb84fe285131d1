import { encodeFloat } from '@tenon/base';
import type { Usage, Value } from '@tenon/engine';
import type { ChatMessage, ChatUsage } from '@tenon/ports';
import { estimateTokens } from './tokens.js';

/** How long a call took, in milliseconds from its start; `firstMs` is when the first piece came, if one did. */
export interface CallTimes {
  readonly firstMs?: number;
  readonly totalMs: number;
}

/** What a call cost in tokens, and whether that is an estimate of ours. */
export interface CountedUsage {
  readonly usage: Usage;
  readonly isEstimate: boolean;
}

/** The provider's count, or an estimate where it gave none or an impossible one. */
export function countUsage(
  reported: ChatUsage | undefined,
  messages: readonly ChatMessage[],
  replyText: string,
): CountedUsage {
  if (reported && isPossible(reported)) return { usage: reported, isEstimate: false };
  const asked = messages.map(({ content }) => (typeof content === 'string' ? estimateTokens(content) : 0));
  const promptTokens = asked.reduce((sum, tokens) => sum + tokens, 0);
  const completionTokens = estimateTokens(replyText);
  return {
    usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    isEstimate: true,
  };
}

function isPossible({ promptTokens, completionTokens, totalTokens }: ChatUsage): boolean {
  return [promptTokens, completionTokens, totalTokens].every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0);
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
