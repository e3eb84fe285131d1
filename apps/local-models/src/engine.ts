import type { JsonObject } from '@tenon/base';

/** A piece of a prompt: the model's own control words, or text that must never be read as such. */
export interface PromptPiece {
  readonly text: string;
  readonly isControl: boolean;
}

/** What the whole reply must look like. `schema` uses only what `toGrammarSchema` lets through. */
export type Constraint =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'schema'; readonly schema: JsonObject };

/** One reply to be written. */
export interface Generation {
  readonly prompt: readonly PromptPiece[];
  /** The prompt and this many tokens fit into the context: the caller has counted. */
  readonly maxTokens: number;
  /** 0 takes the likeliest token each time. */
  readonly temperature: number;
  readonly topP: number;
  readonly seed?: number;
  /** Texts before which the reply ends. */
  readonly stop: readonly string[];
  readonly constraint?: Constraint;
  /** Nothing else runs meanwhile, and nothing computed before is reused: equal requests give equal replies. */
  readonly isDeterministic: boolean;
  readonly signal: AbortSignal;
  /** Called with each part of the reply as it is written. */
  readonly onText: (text: string) => void;
}

/** A finished reply. `text` is all of it. */
export interface Generated {
  readonly text: string;
  readonly promptTokens: number;
  /** Of the prompt's tokens, those whose computation was reused. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** `length`: the reply was cut at `maxTokens`. */
  readonly finish: 'stop' | 'length';
}

/** A model in memory. Up to `PARALLEL_REPLIES` of its replies may be written at once. */
export interface ChatEngine {
  /** Throws nothing: any text can be counted. */
  countTokens(prompt: readonly PromptPiece[]): number;
  /**
   * Writes one reply. Rejects with the signal's reason when aborted.
   * @throws chat.unsupported_schema when the runtime refuses the constraint's grammar
   */
  generate(generation: Generation): Promise<Generated>;
  /** Gives the memory back. Only called while nothing is generated. */
  dispose(): Promise<void>;
}

/** Tokens that prompt and reply may have together. The models were made for more, but memory and patience forbid it. */
export const CONTEXT_TOKENS = 4096;
/** More at once would make each slower and all hardly faster. */
export const PARALLEL_REPLIES = 2;
