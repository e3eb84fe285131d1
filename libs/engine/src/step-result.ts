import type { JsonObject } from '@tenon/base';
import type { Selector } from './plan.js';
import type { Outputs, Value } from './value.js';

/** Why a step did not succeed, as data. */
export interface Failure {
  /** Our code, `area.reason`. */
  readonly code: string;
  /** The name the app format gives it (`VariableNotFoundError`, …): the `error_type` output of a handled failure. */
  readonly type: string;
  /** One sentence for a person; the `error_message` output of a handled failure. */
  readonly message: string;
  /** How long the other side asked us to wait before another try, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly details?: JsonObject;
}

/** Tokens and money of a step, as numbers for sums; a step that calls no model has none. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** The provider did not say, or said what cannot be: some of it is a count of ours. */
  readonly isEstimated?: boolean;
  /** Of the prompt, what the provider had read before, if it says. */
  readonly cachedTokens?: number;
  /** At the price of that time, in billionths of a US dollar; absent where the price is not known. */
  readonly costNanoUsd?: number;
}

/** What performing an instruction once came to. A failure may still carry outputs (an HTTP reply with status 500). */
export type StepResult =
  | { readonly ok: true; readonly outputs: Outputs; readonly exit?: string; readonly usage?: Usage }
  | { readonly ok: false; readonly failure: Failure; readonly outputs?: Outputs; readonly usage?: Usage };

/**
 * Reads one value by selector: undefined when it does not resolve. Functions of node types see the pool only
 * through this, limited to the selectors their instruction declares in `reads`.
 */
export type Lookup = (selector: Selector) => Value | undefined;

/** A step's resolved inputs: value by `selectorKey`; selectors that do not resolve are absent. */
export type Inputs = Readonly<Record<string, Value>>;

/**
 * A pure function of a node type. `fuel` is how many steps of an expression or template it may take; it throws
 * `step.outOfFuel` when that is not enough.
 */
export type InlineFunction = (config: never, lookup: Lookup, fuel: number) => StepResult;
