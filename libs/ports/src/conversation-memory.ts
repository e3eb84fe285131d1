import type { ConversationId, TeamId } from '@tenon/base';

/** One finished turn: what the person asked and what was answered. */
export interface Turn {
  readonly query: string;
  readonly answer: string;
}

/** Earlier turns of a conversation, for prompts. */
export interface ConversationMemory {
  /** Answered turns before the run in hand, oldest first, at most the newest `limit`; fewer where they are very long. */
  listTurns(teamId: TeamId, conversationId: ConversationId, limit: number): Promise<readonly Turn[]>;
}
