import type { ConversationMemory, Turn } from '@tenon/ports';
import type { MemoryUse } from '../config/memory.js';
import type { StepCall } from './step-activity.js';
import { estimateTokens } from './tokens.js';

/** Tokens that earlier turns may take together. */
const HISTORY_TOKENS = 2_000;
const MAX_TURNS = 500;

/**
 * Earlier turns that fit into a prompt, oldest first; the newest is kept whatever its length. Outside a conversation
 * there are none.
 */
export async function recallTurns(
  use: MemoryUse,
  { teamId, conversationId }: Pick<StepCall, 'teamId' | 'conversationId'>,
  memory: ConversationMemory,
): Promise<readonly Turn[]> {
  if (conversationId === undefined) return [];
  const wanted = use.turns !== null && use.turns > 0 ? Math.min(Math.floor(use.turns), MAX_TURNS) : MAX_TURNS;
  const turns = await memory.listTurns(teamId, conversationId, wanted);
  let tokens = 0;
  const tooOld = turns.findLastIndex(({ query, answer }) => {
    tokens += estimateTokens(query) + estimateTokens(answer);
    return tokens > HISTORY_TOKENS;
  });
  return turns.slice(Math.min(tooOld + 1, Math.max(turns.length - 1, 0)));
}

/** The turns as a text of `speaker: words` lines. */
export function historyText(turns: readonly Turn[], { user, assistant }: { user: string; assistant: string }): string {
  return turns.map(({ query, answer }) => `${user}: ${query}\n${assistant}: ${answer}`).join('\n');
}
