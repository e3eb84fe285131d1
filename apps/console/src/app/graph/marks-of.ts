import type { StepView } from '@tenon/engine';
import type { State } from '@tenon/ui';
import type { StepMark } from './canvas-of.js';

/**
 * How each node of a run stands, by its id.
 * @param recovering  keys of steps whose worker is not heard of
 * @param duration    writes milliseconds
 */
export function marksOf(
  steps: readonly StepView[],
  recovering: ReadonlySet<string>,
  duration: (ms: number) => string,
): ReadonlyMap<string, StepMark> {
  return new Map(steps.map((step) => [step.stepKey, markOf(step, recovering.has(step.stepKey), duration)]));
}

function markOf(step: StepView, isRecovering: boolean, duration: (ms: number) => string): StepMark {
  const state: State = step.status === 'running' && isRecovering ? 'recovering' : step.status;
  if (step.status === 'failed' || step.status === 'handled')
    return { state, footer: step.failure.message, ...('exit' in step && { exit: step.exit }) };
  if (step.status === 'succeeded')
    return { state, footer: duration(step.finishedAt - step.startedAt), exit: step.exit };
  return { state };
}
