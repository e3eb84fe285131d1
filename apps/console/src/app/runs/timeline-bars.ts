import type { State } from '@tenon/ui';
import type { StepRow } from './run-steps.js';
import { stateOfStep } from './run-state.js';

/** A step on the timeline; places and lengths are shares of the whole. */
export interface TimelineBar {
  readonly key: string;
  readonly name: string;
  readonly state: State;
  readonly ms: number;
  readonly from: number;
  readonly length: number;
  /** Its executions, from the beginning of the whole. */
  readonly executions: readonly { readonly from: number; readonly length: number; readonly isLost: boolean }[];
}

/** Steps that began, as bars from the first beginning to the last end. @param now  the end of what has none yet */
export function timelineBars(steps: readonly StepRow[], now: number): readonly TimelineBar[] {
  const begun = steps.flatMap((step) => (step.startedAt ? [{ step, startedAt: Date.parse(step.startedAt) }] : []));
  const endOf = (finishedAt: string | null) => (finishedAt ? Date.parse(finishedAt) : now);
  const first = Math.min(...begun.map(({ startedAt }) => startedAt));
  const last = Math.max(...begun.map(({ step }) => endOf(step.finishedAt)));
  const whole = Math.max(1, last - first);
  const span = (startedAt: number, end: number) => ({
    from: (startedAt - first) / whole,
    length: Math.max(0, end - startedAt) / whole,
  });
  return begun.map(({ step, startedAt }) => ({
    key: step.key,
    name: step.title || step.nodeId,
    state: stateOfStep(step),
    ms: Math.max(0, endOf(step.finishedAt) - startedAt),
    ...span(startedAt, endOf(step.finishedAt)),
    executions: step.attempts.map(({ startedAt: at, finishedAt, outcome }, index) => {
      const next = step.attempts[index + 1]?.startedAt;
      return {
        ...span(Date.parse(at), endOf(finishedAt ?? next ?? step.finishedAt)),
        isLost: outcome === 'WORKER_STOPPED' || (outcome === null && next !== undefined),
      };
    }),
  }));
}
