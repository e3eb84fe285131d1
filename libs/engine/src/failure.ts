import type { PlanStep } from './plan.js';
import type { RunLimits } from './state.js';
import type { Failure } from './step-result.js';
import type { Outputs } from './value.js';

/** The way out of a step that has only one. */
export const ORDINARY_EXIT = 'source';

/** What follows a failed try. */
export type Consequence =
  | { readonly then: 'retry'; readonly retry: number; readonly delayMs: number }
  /** The graph goes on by `exit` with `outputs`. */
  | { readonly then: 'goOn'; readonly exit: string; readonly outputs: Outputs }
  | { readonly then: 'stop' };

/**
 * What the rules of `step` make of the failure of its try `attempt`: another try while there are any left, then the
 * way its author chose. The wait is at least what the other side asked for, and never longer than a run may take.
 */
export function consequenceOf(step: PlanStep, attempt: number, failure: Failure, limits: RunLimits): Consequence {
  if (attempt <= step.retry.maxRetries) {
    const wanted = Math.max(step.retry.intervalMs, failure.retryAfterMs ?? 0);
    return { then: 'retry', retry: attempt, delayMs: Math.min(wanted, limits.maxDurationMs) };
  }
  const told = { error_message: failure.message, error_type: failure.type };
  switch (step.onFailure.then) {
    case 'stop':
      return { then: 'stop' };
    case 'exit':
      return { then: 'goOn', exit: step.onFailure.exit, outputs: told };
    case 'default':
      return { then: 'goOn', exit: ORDINARY_EXIT, outputs: { ...step.onFailure.outputs, ...told } };
  }
}
