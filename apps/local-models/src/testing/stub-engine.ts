import type { ChatEngine, Generated, Generation, PromptPiece } from '../engine.js';

/** What a stub engine does with one generation. */
export type Script = (generation: Generation) => Promise<string> | string;

/**
 * An engine without a model: every word of the prompt is a token, and a script writes the replies, a word at a time.
 * It notes what it was asked for.
 */
export class StubEngine implements ChatEngine {
  readonly asked: Generation[] = [];
  isDisposed = false;

  constructor(private readonly script: Script) {}

  countTokens(prompt: readonly PromptPiece[]): number {
    return prompt.flatMap(({ text }) => text.split(/\s+/).filter(Boolean)).length;
  }

  async generate(generation: Generation): Promise<Generated> {
    this.asked.push(generation);
    const reply = await this.script(generation);
    generation.signal.throwIfAborted();
    const words = reply.match(/\s*\S+/g) ?? [];
    const written = words.slice(0, generation.maxTokens);
    for (const word of written) generation.onText(word);
    return {
      text: written.join(''),
      promptTokens: this.countTokens(generation.prompt),
      cachedTokens: 0,
      completionTokens: written.length,
      finish: written.length < words.length ? 'length' : 'stop',
    };
  }

  async dispose(): Promise<void> {
    this.isDisposed = true;
  }
}
