import type { JsonObject } from '@tenon/base';
import { randomUUID } from 'node:crypto';
import type { Answer } from './chat-turn.js';
import type { ReplyCall } from './tool-calls.js';

/** What all parts of one answer carry. */
export interface AnswerHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export function newAnswerHead(model: string): AnswerHead {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

/** The body of an answer that is not streamed. */
export function completion(head: AnswerHead, answer: Answer): JsonObject {
  const { text, calls, finishReason } = answer;
  const message: JsonObject =
    calls.length > 0
      ? { role: 'assistant', content: null, tool_calls: calls.map(toolCall) }
      : { role: 'assistant', content: text };
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: usage(answer),
  };
}

/** One part of a streamed answer. */
export function chunk(
  head: AnswerHead,
  delta: JsonObject,
  finishReason: Answer['finishReason'] | null = null,
): JsonObject {
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  };
}

/** The calls of a streamed answer, whole: there is no use for half a call. */
export function callsDelta(calls: readonly ReplyCall[]): JsonObject {
  return { tool_calls: calls.map((call, index) => ({ index, ...toolCall(call) })) };
}

/** The last part of a streamed answer whose caller wants to know its tokens. */
export function usageChunk(head: AnswerHead, answer: Answer): JsonObject {
  return { ...head, object: 'chat.completion.chunk', choices: [], usage: usage(answer) };
}

function toolCall({ name, arguments: text }: ReplyCall): JsonObject {
  return { id: `call_${randomUUID()}`, type: 'function', function: { name, arguments: text } };
}

function usage({ usage: { promptTokens, cachedTokens, completionTokens } }: Answer): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
