import type { StepView } from '@tenon/engine';
import type { State } from '@tenon/ui';
import type { StepMark } from './canvas-of.js';

/** How each node of a run stands, by its id. @param duration  writes milliseconds */
export function marksOf(steps: readonly StepView[], duration: (ms: number) => string): ReadonlyMap<string, StepMark> {
  return new Map(steps.map((step) => [step.stepKey, markOf(step, duration)]));
}

function markOf(step: StepView, duration: (ms: number) => string): StepMark {
  const state: State = step.status;
  if (step.status === 'failed' || step.status === 'handled')
    return { state, footer: step.failure.message, ...('exit' in step && { exit: step.exit }) };
  if (step.status === 'succeeded')
    return { state, footer: duration(step.finishedAt - step.startedAt), exit: step.exit };
  return { state };
}
