/**
 * The engine on llama.cpp, CPU only. Models of the Qwen 2.5 family are expected: the prompt's control words are tokens
 * of theirs, and no token is put before a prompt.
 */
import os from 'node:os';
import type {
  Llama,
  LlamaCompletion,
  LlamaContext,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import { choicesGrammar } from './choices-grammar.js';
import {
  CONTEXT_TOKENS,
  PARALLEL_REPLIES,
  type ChatEngine,
  type Constraint,
  type Generated,
  type Generation,
  type PromptPiece,
} from './engine.js';
import { chatErrors } from './errors.js';
import type { LoadEngine } from './engine-holder.js';
import { findModelFile, verifyModelFile, type ModelFolders } from './model-files.js';

/** The runtime drops old text without a word once its cells are full: it never gets there. */
const SPARE_TOKENS = 64;
/** A prompt is read in parts of this many tokens, and between them it is seen whether the caller has left. */
const PROMPT_PART_TOKENS = 32;
/** The publisher's settings for the family. A penalty would hurt what a grammar dictates, so it is for free text. */
const TOP_K = 20;
const REPEAT_PENALTY = { penalty: 1.1, lastTokens: 64 };

/** All cores but one: inference threads spin at barriers, and a core that somebody else wants would stop them all. */
export function inferenceThreads(cores: number = os.availableParallelism()): number {
  return Math.max(1, cores - 1);
}

export interface LlamaLoaderOptions {
  readonly folders: ModelFolders;
  readonly threads: number;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Loads models by llama.cpp. A file's hash is checked before its first use in this process. */
export function createLlamaLoader({ folders, threads, log }: LlamaLoaderOptions): LoadEngine {
  const verified = new Set<string>();
  let runtime: Promise<Llama> | undefined;
  return async (model) => {
    const file = findModelFile(model, folders);
    if (!file) throw chatErrors.model_not_ready(`${model.name} is not on this computer any more.`);
    const startedAt = Date.now();
    if (!verified.has(file)) await verifyModelFile(model, file);
    verified.add(file);
    runtime ??= startRuntime(threads, log);
    const engine = await LlamaEngine.load(await runtime, file, threads);
    const memoryBytes = process.memoryUsage.rss();
    log({ model: model.id, sha256: model.sha256, threads, memoryBytes, ms: Date.now() - startedAt }, 'model loaded');
    return engine;
  };
}

async function startRuntime(threads: number, log: LlamaLoaderOptions['log']): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  return getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
    logger: (level, message) => log({ level, text: message.trim() }, 'llama.cpp'),
  });
}

interface Slot {
  readonly sequence: LlamaContextSequence;
  readonly completion: LlamaCompletion;
  isBusy: boolean;
  usedAt: number;
}

class LlamaEngine implements ChatEngine {
  private constructor(
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly context: LlamaContext,
    private readonly slots: readonly Slot[],
  ) {}

  static async load(llama: Llama, modelPath: string, threads: number): Promise<LlamaEngine> {
    const { LlamaCompletion } = await import('node-llama-cpp');
    const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
    const contextSize = CONTEXT_TOKENS + SPARE_TOKENS;
    try {
      const context = await model.createContext({ contextSize, sequences: PARALLEL_REPLIES, threads });
      const slots = Array.from({ length: PARALLEL_REPLIES }, (): Slot => {
        const sequence = context.getSequence();
        return { sequence, completion: new LlamaCompletion({ contextSequence: sequence }), isBusy: false, usedAt: 0 };
      });
      return new LlamaEngine(llama, model, context, slots);
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }

  countTokens(prompt: readonly PromptPiece[]): number {
    return this.tokenize(prompt).length;
  }

  async generate(generation: Generation): Promise<Generated> {
    const grammar = generation.constraint && (await this.grammar(generation.constraint));
    const tokens = this.tokenize(generation.prompt);
    const slot = this.chooseSlot(tokens, generation.isDeterministic);
    slot.isBusy = true;
    try {
      // What was computed beside another reply differs in its last digits.
      if (generation.isDeterministic) await slot.sequence.clearHistory();
      return await this.write(slot, tokens, generation, grammar);
    } finally {
      slot.isBusy = false;
      slot.usedAt = Date.now();
    }
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
    await this.model.dispose();
  }

  private tokenize(prompt: readonly PromptPiece[]): Token[] {
    return prompt.flatMap(({ text, isControl }) => this.model.tokenize(text, isControl));
  }

  private async grammar(constraint: Constraint): Promise<LlamaGrammar> {
    if (constraint.kind === 'choices') {
      return this.llama.createGrammar({ grammar: choicesGrammar(constraint.choices) });
    }
    try {
      return await this.llama.createGrammarForJsonSchema(constraint.schema as object as { type: 'object' });
    } catch (cause) {
      throw chatErrors.unsupported_schema('The schema is too large or too entangled for a local model.', { cause });
    }
  }

  /** The free sequence that has read most of this prompt already; among equals the one unused for longest. */
  private chooseSlot(tokens: Token[], isDeterministic: boolean): Slot {
    const free = this.slots.filter((slot) => !slot.isBusy);
    const known = (slot: Slot) => slot.sequence.compareContextTokens(tokens).firstDifferentIndex;
    const [best] = isDeterministic ? free : free.toSorted((a, b) => known(b) - known(a) || a.usedAt - b.usedAt);
    if (!best) throw new Error(`more than ${PARALLEL_REPLIES} replies at once`);
    return best;
  }

  private async write(
    { sequence, completion }: Slot,
    tokens: Token[],
    { signal, onText, ...generation }: Generation,
    grammar: LlamaGrammar | undefined,
  ): Promise<Generated> {
    const cachedTokens = await readPrompt(sequence, tokens.slice(0, -1), signal);
    const { usedOutputTokens } = sequence.tokenMeter.getState();
    const { response, metadata } = await completion.generateCompletionWithMeta(tokens, {
      maxTokens: generation.maxTokens,
      temperature: generation.temperature,
      topP: generation.topP,
      topK: TOP_K,
      ...(generation.seed === undefined ? {} : { seed: generation.seed >>> 0 }),
      ...(grammar ? { grammar } : {}),
      repeatPenalty: grammar ? false : REPEAT_PENALTY,
      customStopTriggers: generation.stop,
      // Else the runtime would cut a long prompt to make room; it fits, as was counted.
      contextShiftSize: 0,
      disableContextShift: true,
      signal,
      onTextChunk: onText,
    });
    return {
      text: response,
      promptTokens: tokens.length,
      cachedTokens,
      completionTokens: sequence.tokenMeter.usedOutputTokens - usedOutputTokens,
      finish: metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
    };
  }
}

/** Reads a prompt in parts. Resolves to the number of tokens that had been read before. */
async function readPrompt(sequence: LlamaContextSequence, tokens: Token[], signal: AbortSignal): Promise<number> {
  await sequence.adaptStateToTokens(tokens, false);
  const known = sequence.nextTokenIndex;
  for (let next = known; next < tokens.length; next += PROMPT_PART_TOKENS) {
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(next, next + PROMPT_PART_TOKENS));
  }
  signal.throwIfAborted();
  return known;
}
