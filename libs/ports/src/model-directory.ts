import type { TeamId } from '@tenon/base';
import type { ChatModel } from './chat-model.js';

/** A model as an app file names it: provider ids may be bare (`openai`) or qualified (`langgenius/openai/openai`). */
export interface ModelName {
  readonly provider: string;
  readonly name: string;
}

/** Finds who serves a model. */
export interface ModelDirectory {
  /**
   * The configured model for `name`, or the team's stand-in where the team allows one.
   * @throws model.notConfigured when no provider serves it, model.notReady while a local model is still coming
   */
  getChatModel(teamId: TeamId, name: ModelName): Promise<ChatModel>;
}

/** The bare id of a provider: `langgenius/openai/openai` and `OpenAI` are `openai`. */
export function normaliseProvider(provider: string): string {
  const parts = provider.split('/').map((part) => part.trim());
  return (parts.findLast((part) => part !== '') ?? '').toLowerCase();
}
