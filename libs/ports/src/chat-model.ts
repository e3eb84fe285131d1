import type { Json, JsonObject } from '@tenon/base';
import type { ModelPrice } from './model-price.js';

/** A piece of a message. `url` is http(s) or a data URL. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly url: string; readonly detail?: 'high' | 'low' };

/** A tool call the model asks for. `arguments` is the text it wrote, which need not be valid JSON. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | readonly ContentPart[];
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
}

export interface ToolSchema {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

export interface ChatRequest {
  /** `completion` sends the one message's text as a plain prompt. */
  readonly mode: 'chat' | 'completion';
  readonly messages: readonly ChatMessage[];
  /** Sampling parameters as the app file names them: `temperature`, `max_tokens`, `stop`, … passed through. */
  readonly parameters: Readonly<Record<string, Json>>;
  readonly tools?: readonly ToolSchema[];
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string };
  /** A draft-7 schema the reply should follow; models that cannot are left to the prompt. */
  readonly replySchema?: JsonObject;
  /** Sent as `Idempotency-Key`; the same for every try of one step. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Token counts as the provider reported them; absent when it reported none that a call can have cost. */
export interface ChatUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** Of the prompt, what the provider had read before, if it says. */
  readonly cachedTokens?: number;
}

/** What arrives while a model answers, in order. `finish` comes once, last but for `usage`. */
export type ChatDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'toolCall';
      readonly index: number;
      readonly id?: string;
      readonly name?: string;
      readonly arguments?: string;
    }
  | { readonly type: 'finish'; readonly reason: string }
  | { readonly type: 'usage'; readonly usage: ChatUsage };

/** What one call may cost, in tokens. */
export interface CallLimits {
  readonly maxPromptTokens: number;
  /** The most that may be asked for. */
  readonly maxReplyTokens: number;
}

/** One model that can be asked. Throws `model.*` (see `modelErrors`); an aborted call ends with the signal's reason. */
export interface ChatModel {
  readonly provider: string;
  readonly name: string;
  /** True for the small model on this computer, so that answers can carry its label. */
  readonly isLocal: boolean;
  /** False when the provider says that it cannot hold the model to a reply schema; absent when it says nothing. */
  readonly followsSchemas?: boolean;
  /** What those who ask have to keep to; absent where nothing is limited. */
  readonly limits?: CallLimits;
  /** What it costs at this time; absent where that is not known. */
  readonly price?: ModelPrice;
  stream(request: ChatRequest): AsyncIterable<ChatDelta>;
}

/** The same model with other replies: all that it says of itself stays. */
export function withReplies(model: ChatModel, stream: ChatModel['stream']): ChatModel {
  return { ...model, stream };
}
