import type { PlanStep } from './plan.js';
import type { RunLimits, StepTry } from './state.js';
import type { Failure } from './step-result.js';
import type { Outputs } from './value.js';

/** The way out of a step that has only one. */
export const ORDINARY_EXIT = 'source';

/** What follows a failed try. */
export type Consequence =
  /** `waitedMs` is how long the tries so far and this one were put off because the other side asked for it. */
  | { readonly then: 'retry'; readonly retry: number; readonly delayMs: number; readonly waitedMs: number }
  /** The graph goes on by `exit` with `outputs`. */
  | { readonly then: 'goOn'; readonly exit: string; readonly outputs: Outputs }
  | { readonly then: 'stop' };

/**
 * What the rules of `step` make of the failure of a try: another try while there are any left, then the way its author
 * chose. The wait is at least what the other side asked for. One that asks for more than the step may take, all waits
 * together, is not asked again: before that time it would only refuse once more.
 */
export function consequenceOf(step: PlanStep, ended: StepTry, failure: Failure, limits: RunLimits): Consequence {
  const { attempt, waitedMs: waitedBefore = 0 } = ended;
  const { maxRetries, intervalMs } = step.retry;
  const askedMs = failure.retryAfterMs ?? 0;
  const waitedMs = waitedBefore + (askedMs > intervalMs ? askedMs : 0);
  const delayMs = Math.min(Math.max(intervalMs, askedMs), limits.maxDurationMs);
  if (attempt <= maxRetries && waitedMs <= waitLimitOf(step, limits))
    return { then: 'retry', retry: attempt, delayMs, waitedMs };
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

function waitLimitOf({ instruction }: PlanStep, { maxDurationMs, boundsWaits }: RunLimits): number {
  if (!boundsWaits) return Infinity;
  return instruction.kind === 'activity' ? Math.min(instruction.timeoutMs, maxDurationMs) : maxDurationMs;
}
