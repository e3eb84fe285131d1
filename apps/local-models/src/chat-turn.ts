import { CONTEXT_TOKENS, type ChatEngine, type Generated } from './engine.js';
import { chatErrors } from './errors.js';
import type { ChatCall } from './chat-request.js';
import { buildPrompt } from './prompt.js';
import { mayBecomeToolCall, parseToolCalls, type ReplyCall } from './tool-calls.js';

/** A whole answer. With `calls`, `text` is empty. */
export interface Answer {
  readonly text: string;
  readonly calls: readonly ReplyCall[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
  readonly usage: Pick<Generated, 'promptTokens' | 'cachedTokens' | 'completionTokens'>;
}

/** An answer without `max_tokens` ends here at the latest: on a slow machine this takes minutes. */
const DEFAULT_MAX_TOKENS = 1024;

/**
 * Lets the model write one answer.
 * @param onText  given the text of the answer as it is written, and nothing of a call
 * @throws        chat.context_length_exceeded before anything is written; the signal's reason when aborted
 */
export async function answer(
  engine: ChatEngine,
  call: ChatCall,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Answer> {
  const prompt = buildPrompt(call.messages, call.tools);
  const maxTokens = fit(engine.countTokens(prompt), call);
  const isHeldBack = call.mustCall || call.tools.length > 0;
  const writer = isHeldBack ? new HeldBackText(onText, call.mustCall) : undefined;
  const generated = await engine.generate({
    prompt,
    maxTokens,
    temperature: call.temperature,
    topP: call.topP,
    ...(call.seed === undefined ? {} : { seed: call.seed }),
    stop: call.stop,
    ...(call.constraint ? { constraint: call.constraint } : {}),
    isDeterministic: call.isDeterministic,
    signal,
    onText: writer ? (text) => writer.write(text) : onText,
  });
  const { text, finish, ...usage } = generated;
  const calls = isHeldBack ? parseToolCalls(text, new Set(call.tools.map(({ name }) => name))) : undefined;
  if (calls) return { text: '', calls, finishReason: 'tool_calls', usage };
  writer?.flush();
  return { text, calls: [], finishReason: finish, usage };
}

/** How long the reply may become. */
function fit(promptTokens: number, { constraint, maxTokens }: ChatCall): number {
  const left = CONTEXT_TOKENS - promptTokens;
  // The choices bound the reply by themselves: each token has a byte at least, and one more ends it.
  const wanted =
    constraint?.kind === 'choices'
      ? 1 + Math.max(...constraint.choices.map((choice) => Buffer.byteLength(choice)))
      : (maxTokens ?? 1);
  if (wanted > left) {
    throw chatErrors.context_length_exceeded(
      `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, you requested ${promptTokens + wanted} ` +
        `tokens (${promptTokens} in the messages, ${wanted} in the completion). Please reduce the length of the messages or completion.`,
      { details: { param: 'messages', promptTokens, contextTokens: CONTEXT_TOKENS } },
    );
  }
  return constraint?.kind === 'choices' || maxTokens !== undefined ? wanted : Math.min(left, DEFAULT_MAX_TOKENS);
}

/** Passes text on as soon as the reply cannot be a call any more. */
class HeldBackText {
  private held = '';
  private isOpen = false;

  constructor(
    private readonly onText: (text: string) => void,
    private readonly isCall: boolean,
  ) {}

  write(text: string): void {
    if (this.isOpen) return this.onText(text);
    this.held += text;
    if (!this.isCall && !mayBecomeToolCall(this.held)) this.flush();
  }

  flush(): void {
    this.isOpen = true;
    if (this.held) this.onText(this.held);
    this.held = '';
  }
}
