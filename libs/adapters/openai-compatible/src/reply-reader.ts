import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { isCredible, modelErrors, type ChatDelta, type ChatUsage } from '@tenon/ports';
import { Buffer } from 'node:buffer';
import { replyTooLarge } from './reply-limit.js';

/** Turns the pieces of one streamed reply, or a whole one, into deltas. Takes what servers really send. */
export class ReplyReader {
  private finishReason?: string;
  private usage?: ChatUsage;
  private hasChoice = false;
  private sizeBytes = 0;
  private toolCalls = 0;
  private lastToolCallId?: string;

  /**
   * @param who  the model, for messages
   * @param maxBytes  of text, reasoning and arguments together, in UTF-8
   */
  constructor(
    private readonly who: string,
    private readonly maxBytes: number,
  ) {}

  /** The server has said why it stopped: what may still come is the usage. */
  get isFinished(): boolean {
    return this.finishReason !== undefined;
  }

  /** Deltas of one piece, in order. @throws model.replyTooLarge */
  read(piece: unknown): readonly ChatDelta[] {
    if (!isJsonObject(piece)) return [];
    this.usage = largerUsage(this.usage, readUsage(piece['usage']));
    const choices = piece['choices'];
    const choice = Array.isArray(choices)
      ? choices.find((each) => isJsonObject(each) && (each['index'] ?? 0) === 0)
      : undefined;
    if (!isJsonObject(choice)) return [];
    this.hasChoice = true;
    const delta = [choice['delta'], choice['message']].find(isJsonObject) ?? {};
    const deltas = [
      ...textDeltas('reasoning', delta['reasoning_content'] ?? delta['reasoning']),
      ...textDeltas('text', delta['content'] ?? delta['refusal'] ?? choice['text']),
      ...this.readToolCalls(delta['tool_calls']),
    ];
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.finishReason = reason;
    for (const each of deltas) this.sizeBytes += sizeOf(each);
    if (this.sizeBytes > this.maxBytes) throw replyTooLarge(this.who);
    return deltas;
  }

  /** A reply that came whole need not say why it ended. */
  finishWhole(): void {
    if (this.hasChoice) this.finishReason ??= 'stop';
  }

  /** The last deltas. @throws model.cutStream, model.brokenReply when the reply is not complete */
  end(): readonly ChatDelta[] {
    if (!this.hasChoice) throw modelErrors.brokenReply(`${this.who} answered without any choice.`);
    if (this.finishReason === undefined) {
      throw modelErrors.cutStream(`${this.who} ended its answer in the middle.`);
    }
    const finish: ChatDelta = { type: 'finish', reason: this.finishReason };
    return this.usage ? [finish, { type: 'usage', usage: this.usage }] : [finish];
  }

  private readToolCalls(calls: Json | undefined): readonly ChatDelta[] {
    if (!Array.isArray(calls)) return [];
    return (calls as readonly Json[]).filter(isJsonObject).map((call): ChatDelta => {
      const called = isJsonObject(call['function']) ? call['function'] : {};
      const { id } = call;
      const { name } = called;
      const text = called['arguments'];
      return {
        type: 'toolCall',
        index: this.indexOf(call),
        ...(typeof id === 'string' && id !== '' ? { id } : {}),
        ...(typeof name === 'string' && name !== '' ? { name } : {}),
        ...(text === undefined || text === null || text === ''
          ? {}
          : { arguments: typeof text === 'string' ? text : JSON.stringify(text) }),
      };
    });
  }

  /** Servers that stream whole calls leave out the index: then a new id begins the next one. */
  private indexOf(call: JsonObject): number {
    if (typeof call['index'] === 'number') return call['index'];
    const id = typeof call['id'] === 'string' ? call['id'] : undefined;
    if (this.toolCalls === 0 || (id !== undefined && id !== this.lastToolCallId)) this.toolCalls += 1;
    this.lastToolCallId = id ?? this.lastToolCallId;
    return this.toolCalls - 1;
  }
}

function textDeltas(type: 'text' | 'reasoning', content: Json | undefined): readonly ChatDelta[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type, text: content }];
  if (!Array.isArray(content)) return [];
  return (content as readonly Json[]).flatMap((part) => (isJsonObject(part) ? textDeltas(type, part['text']) : []));
}

function sizeOf(delta: ChatDelta): number {
  if (delta.type === 'toolCall') return Buffer.byteLength(delta.arguments ?? '');
  return delta.type === 'text' || delta.type === 'reasoning' ? Buffer.byteLength(delta.text) : 0;
}

function readUsage(usage: Json | undefined): ChatUsage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const count = (name: string) => (typeof usage[name] === 'number' ? usage[name] : 0);
  const promptTokens = count('prompt_tokens');
  const completionTokens = count('completion_tokens');
  const totalTokens = Math.max(count('total_tokens'), promptTokens + completionTokens);
  const found = { promptTokens, completionTokens, totalTokens };
  if (!isCredible(found)) return undefined;
  const cachedTokens = readCached(usage);
  return Number.isSafeInteger(cachedTokens) && cachedTokens > 0 && cachedTokens <= promptTokens
    ? { ...found, cachedTokens }
    : found;
}

/** Of the prompt, what was read before: where OpenAI says it, and where DeepSeek does. */
function readCached(usage: JsonObject): number {
  const details = usage['prompt_tokens_details'];
  const cached = isJsonObject(details) ? details['cached_tokens'] : usage['prompt_cache_hit_tokens'];
  return typeof cached === 'number' ? cached : 0;
}

/** Counts that come again and again are those of the whole reply so far: the last is the largest, and none is added. */
function largerUsage(a: ChatUsage | undefined, b: ChatUsage | undefined): ChatUsage | undefined {
  return a && b ? (b.totalTokens > a.totalTokens ? b : a) : (a ?? b);
}
