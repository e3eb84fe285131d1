import type { ChatUsage } from './chat-model.js';

/** More tokens than any model reads or writes in one call; a count beyond it is a mistake of the provider. */
const MOST_TOKENS = 10_000_000;

/** Can a call have cost that? No prompt is free of tokens, so a count of nothing is none. */
export function isCredible({ promptTokens, completionTokens, totalTokens }: ChatUsage): boolean {
  const counts = [promptTokens, completionTokens, totalTokens];
  const areCounts = counts.every((count) => Number.isSafeInteger(count) && count >= 0 && count <= MOST_TOKENS);
  return areCounts && totalTokens > 0;
}
