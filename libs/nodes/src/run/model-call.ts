import type { Json, JsonObject } from '@tenon/base';
import type { Usage, Value } from '@tenon/engine';
import {
  modelErrors,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatUsage,
  type ModelPrice,
} from '@tenon/ports';
import { boundReply, fillParameters } from './model-parameters.js';
import { createReplyText, type Emit } from './reply-text.js';
import type { ModelUse } from '../config/model.js';
import type { StepCall } from './step-activity.js';
import { countUsage, estimatePrompt, usageValue } from './usage.js';

/** What a model is asked, with everything filled in. */
export interface ModelQuestion {
  readonly use: ModelUse;
  readonly mode: 'chat' | 'completion';
  readonly messages: readonly ChatMessage[];
  /** Plain draft-7 schema the reply should follow. */
  readonly schema: JsonObject | null;
  readonly reasoning: 'tagged' | 'separated';
}

/** A finished reply. */
export interface ModelReply {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: string | null;
  readonly usage: Usage;
  /** The `usage` output. */
  readonly usageOutput: Value;
}

/**
 * Asks a model, passes live text on to `emit`, and keeps the prompt and the raw reply for people. What a call has
 * cost is kept too, so that one that breaks off or is aborted, or whose reply is of no use, counts.
 * @throws model.*, or the signal's reason
 */
export async function askModel(
  call: StepCall<unknown>,
  model: ChatModel,
  question: ModelQuestion,
  emit: Emit,
): Promise<ModelReply> {
  const { use, mode, messages, schema } = question;
  const parameters = boundReply(fillParameters(use.parameters, call.lookup), model.limits);
  call.record({
    request: {
      provider: model.provider,
      model: model.name,
      mode,
      messages: messages.map(({ role, content }) => ({ role, content: content as Json })),
      parameters,
      ...(schema ? { replySchema: schema } : {}),
    },
    ...(model.price ? { price: model.price } : {}),
  });
  checkPrompt(model, messages);
  const reading = new Reading(question, model.price, emit);
  const { idempotencyKey, signal } = call;
  const wanted = { mode, messages, parameters, idempotencyKey, signal };
  try {
    for await (const delta of model.stream(schema ? { ...wanted, replySchema: schema } : wanted)) reading.take(delta);
    return reading.finish();
  } finally {
    if (reading.hasBegun) call.record(reading.kept());
  }
}

function checkPrompt({ name, limits }: ChatModel, messages: readonly ChatMessage[]): void {
  const tokens = estimatePrompt(messages);
  if (limits && tokens > limits.maxPromptTokens)
    throw modelErrors.promptTooLarge(
      `The prompt has about ${tokens} tokens, and ${name} is asked no more than ${limits.maxPromptTokens}: ` +
        'shorten it, or set TENON_MODEL_MAX_PROMPT_TOKENS higher.',
    );
}

/** A reply while it is read. */
class Reading {
  readonly #startedAt = performance.now();
  readonly #reply;
  #firstMs: number | undefined;
  #rawText = '';
  #rawThought = '';
  #finishReason: string | null = null;
  #reported: ChatUsage | undefined;
  /** By the number the provider gives them, which may be any. */
  readonly #toolCalls = new Map<number, { name: string; arguments: string }>();

  constructor(
    private readonly question: ModelQuestion,
    private readonly price: ModelPrice | undefined,
    emit: Emit,
  ) {
    this.#reply = createReplyText(question.reasoning, emit);
  }

  /** Something came: a call that was refused has no reply to keep. */
  get hasBegun(): boolean {
    const isEmpty = this.#firstMs === undefined && this.#toolCalls.size === 0 && this.#finishReason === null;
    return !isEmpty || this.#reported !== undefined;
  }

  take(delta: ChatDelta): void {
    if (delta.type === 'text' || delta.type === 'reasoning') this.#firstMs ??= performance.now() - this.#startedAt;
    if (delta.type === 'text') {
      this.#rawText += delta.text;
      this.#reply.addText(delta.text);
    } else if (delta.type === 'reasoning') {
      this.#rawThought += delta.text;
      this.#reply.addThought(delta.text);
    } else if (delta.type === 'toolCall') this.#takeToolCall(delta);
    else if (delta.type === 'finish') this.#finishReason = delta.reason;
    else if (delta.type === 'usage') this.#reported = delta.usage;
  }

  finish(): ModelReply {
    const usage = this.#count();
    const totalMs = performance.now() - this.#startedAt;
    const times = this.#firstMs === undefined ? { totalMs } : { firstMs: this.#firstMs, totalMs };
    return {
      ...this.#reply.finish(),
      finishReason: this.#finishReason,
      usage,
      usageOutput: usageValue(usage, times, this.price),
    };
  }

  /** What came, for people, and what it has cost. Without a reason for its end it is a part of a reply. */
  kept(): { readonly reply: JsonObject; readonly usage: Usage } {
    const usage = this.#count();
    const reply = {
      text: this.#rawText,
      ...(this.#rawThought === '' ? {} : { reasoning: this.#rawThought }),
      ...(this.#toolCalls.size === 0 ? {} : { toolCalls: [...this.#toolCalls.values()] }),
      finishReason: this.#finishReason,
      ...(this.#finishReason === null ? { isPartial: true } : {}),
      usage: { ...usage },
    };
    return { reply, usage };
  }

  #takeToolCall({ index, name, arguments: text }: Extract<ChatDelta, { type: 'toolCall' }>): void {
    const call = this.#toolCalls.get(index) ?? { name: '', arguments: '' };
    this.#toolCalls.set(index, call);
    if (name !== undefined) call.name = name;
    call.arguments += text ?? '';
  }

  #count(): Usage {
    const called = [...this.#toolCalls.values()].map((call) => call.name + call.arguments).join('');
    return countUsage(this.#reported, this.question.messages, this.#rawText + this.#rawThought + called, this.price);
  }
}
