import type { ChatDelta, ChatModel, ChatRequest, ChatUsage, ToolCall } from '../chat-model.js';
import type { ModelPrice } from '../model-price.js';

/** What a fake model answers. A list of texts is streamed piece by piece. */
export interface FakeAnswer {
  readonly text?: string | readonly string[];
  readonly reasoning?: string | readonly string[];
  readonly toolCalls?: readonly ToolCall[];
  /** Default `stop`, or `tool_calls` where there are any. */
  readonly finishReason?: string;
  readonly usage?: ChatUsage;
  /** Thrown at the end, instead of a finish. */
  readonly error?: Error;
}

/** How a fake model is made. */
export interface FakeChatModelOptions {
  readonly provider?: string;
  readonly name?: string;
  readonly isLocal?: boolean;
  readonly price?: ModelPrice;
  /** The answer to the n-th request, from 1. */
  readonly answer: (request: ChatRequest, call: number) => FakeAnswer | Promise<FakeAnswer>;
}

/** A model that keeps the requests it was asked. */
export interface FakeChatModel extends ChatModel {
  readonly requests: readonly ChatRequest[];
}

/** A chat model in memory, by default `openai` `gpt-4o`. */
export function createFakeChatModel(options: FakeChatModelOptions): FakeChatModel {
  const requests: ChatRequest[] = [];
  return {
    provider: options.provider ?? 'openai',
    name: options.name ?? 'gpt-4o',
    isLocal: options.isLocal ?? false,
    ...(options.price && { price: options.price }),
    requests,
    async *stream(request) {
      const call = requests.push(request);
      request.signal.throwIfAborted();
      const answer = await options.answer(request, call);
      for (const delta of listDeltas(answer)) {
        request.signal.throwIfAborted();
        yield delta;
      }
      const reason = answer.finishReason ?? (answer.toolCalls?.length ? 'tool_calls' : 'stop');
      if (!answer.error) yield { type: 'finish', reason };
      if (answer.usage) yield { type: 'usage', usage: answer.usage };
      if (answer.error) throw answer.error;
    },
  };
}

function listDeltas(answer: FakeAnswer): readonly ChatDelta[] {
  return [
    ...[answer.reasoning ?? []].flat().map((text): ChatDelta => ({ type: 'reasoning', text })),
    ...[answer.text ?? []].flat().map((text): ChatDelta => ({ type: 'text', text })),
    ...(answer.toolCalls ?? []).map((call, index): ChatDelta => ({ type: 'toolCall', index, ...call })),
  ];
}
