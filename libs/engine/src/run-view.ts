import { defineErrors } from '@tenon/base';
import type { RunEvent, RunOutcome } from './event.js';
import type { Failure, Inputs, Usage } from './step-result.js';
import { entriesIn, findIn, putIn, type Table } from './table.js';
import type { Outputs } from './value.js';

/** A try that failed and was followed by another. Times are in milliseconds since 1970. */
export interface RetryView {
  readonly attempt: number;
  readonly failure: Failure;
  readonly at: number;
  readonly delayMs: number;
}

interface StepSeen {
  readonly stepKey: string;
  /** Counts from 0 in the order in which steps were first heard of. */
  readonly order: number;
}

interface StepBegun extends StepSeen {
  readonly startedAt: number;
  readonly inputs: Inputs;
  /** Number of the last try. */
  readonly attempt: number;
  readonly retries: readonly RetryView[];
}

interface StepEnded extends StepBegun {
  readonly finishedAt: number;
  readonly usage?: Usage;
}

/** What a screen shows of one step. */
export type StepView =
  | (StepSeen & { readonly status: 'skipped' })
  /** `retryAt` is when the next try is due. */
  | (StepBegun & ({ readonly status: 'running' } | { readonly status: 'retrying'; readonly retryAt: number }))
  | (StepEnded &
      (
        | { readonly status: 'succeeded'; readonly exit: string; readonly outputs: Outputs }
        | { readonly status: 'handled'; readonly exit: string; readonly outputs: Outputs; readonly failure: Failure }
        | { readonly status: 'failed'; readonly outputs: Outputs; readonly failure: Failure }
        | { readonly status: 'stopped' }
      ));

/** What a screen shows of a run after the event `seq`, as plain JSON. */
export interface RunView {
  readonly seq: number;
  readonly status: 'running' | RunOutcome['status'];
  readonly root: string;
  readonly inputs: Outputs;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly outcome?: RunOutcome;
  /** Read it with `stepIn` and `stepsIn`. */
  readonly steps: Table<StepView>;
  readonly stepCount: number;
}

const errors = defineErrors('runView', { gap: 'internal' });

/**
 * Adds the next event to what is shown; an event that is in it already changes nothing.
 * @throws runView.gap when an event before this one is missing
 */
export function foldRunView(view: RunView | undefined, event: RunEvent): RunView {
  if (event.seq <= (view?.seq ?? 0)) return view as RunView;
  if (event.type === 'run.started' && !view) {
    const { seq, root, inputs, at: startedAt } = event;
    return { seq, status: 'running', root, inputs, startedAt, steps: {}, stepCount: 0 };
  }
  if (!view || event.seq !== view.seq + 1) {
    throw errors.gap(`Event ${event.seq} came after event ${view?.seq ?? 0}.`);
  }
  if (event.type === 'run.started') return { ...view, seq: event.seq };
  if (event.type === 'run.finished') {
    const { seq, outcome, at: finishedAt } = event;
    return { ...view, seq, status: outcome.status, outcome, finishedAt };
  }
  const before = findIn(view.steps, event.stepKey);
  const steps = putIn(view.steps, event.stepKey, nextStep(before, event, view.stepCount));
  return { ...view, seq: event.seq, steps, stepCount: view.stepCount + (before ? 0 : 1) };
}

/** A step of the view, or undefined when nothing was heard of it. */
export function stepIn(view: RunView, stepKey: string): StepView | undefined {
  return findIn(view.steps, stepKey);
}

/** The steps of the view in the order in which they were first heard of. */
export function stepsIn(view: RunView): StepView[] {
  return entriesIn(view.steps)
    .map(([, step]) => step)
    .sort((a, b) => a.order - b.order);
}

type StepEvent = Extract<RunEvent, { readonly stepKey: string }>;

function nextStep(before: StepView | undefined, event: StepEvent, count: number): StepView {
  const seen: StepSeen = { stepKey: event.stepKey, order: before?.order ?? count };
  if (event.type === 'step.skipped') return { ...seen, status: 'skipped' };
  if (event.type === 'step.started') {
    return { ...seen, status: 'running', startedAt: event.at, inputs: event.inputs, attempt: 1, retries: [] };
  }
  const begun: StepBegun = { ...seen, ...begunOf(before, event.at), attempt: event.attempt };
  if (event.type === 'step.retrying') {
    const { attempt, failure, at, delayMs } = event;
    const retries = [...begun.retries, { attempt, failure, at, delayMs }];
    return { ...begun, status: 'retrying', attempt: attempt + 1, retries, retryAt: at + delayMs };
  }
  const ended = { ...begun, finishedAt: event.at, ...('usage' in event && event.usage && { usage: event.usage }) };
  switch (event.type) {
    case 'step.succeeded':
      return { ...ended, status: 'succeeded', exit: event.exit, outputs: event.outputs };
    case 'step.handled':
      return { ...ended, status: 'handled', exit: event.exit, outputs: event.outputs, failure: event.failure };
    case 'step.failed':
      return { ...ended, status: 'failed', outputs: event.outputs, failure: event.failure };
    case 'step.stopped':
      return { ...ended, status: 'stopped' };
  }
}

/** A step that ends without a start begins there: of a run that two workers told, the first may have kept its start. */
function begunOf(before: StepView | undefined, at: number): Pick<StepBegun, 'startedAt' | 'inputs' | 'retries'> {
  if (!before || before.status === 'skipped') return { startedAt: at, inputs: {}, retries: [] };
  const { startedAt, inputs, retries } = before;
  return { startedAt, inputs, retries };
}
