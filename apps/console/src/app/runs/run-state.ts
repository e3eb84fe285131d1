import type { State } from '@tenon/ui';
import type { RunStatus, StepStatus } from '../api/schema.generated.js';

const RUN_STATES: Readonly<Record<RunStatus, State>> = {
  QUEUED: 'queued',
  RUNNING: 'running',
  WAITING: 'waiting',
  PAUSED: 'paused',
  NEEDS_ATTENTION: 'needsAttention',
  SUCCEEDED: 'succeeded',
  PARTIALLY_SUCCEEDED: 'partiallySucceeded',
  FAILED: 'failed',
  STOPPED: 'stopped',
};

const STEP_STATES: Readonly<Record<StepStatus, State>> = {
  RUNNING: 'running',
  RETRYING: 'retrying',
  SUCCEEDED: 'succeeded',
  HANDLED: 'handled',
  FAILED: 'failed',
  STOPPED: 'stopped',
  SKIPPED: 'skipped',
};

/** What of a run decides how it is shown. */
export interface RunStanding {
  readonly status: RunStatus;
  readonly isRecovering: boolean;
  readonly needsAttention: object | null;
}

/** The state that a screen names: trouble first, since it says more than "running". */
export function stateOfRun({ status, isRecovering, needsAttention }: RunStanding): State {
  if (isOver(status)) return RUN_STATES[status];
  if (needsAttention) return 'needsAttention';
  return isRecovering ? 'recovering' : RUN_STATES[status];
}

/** The state of a step that a screen names. */
export function stateOfStep({
  status,
  isRecovering,
}: {
  readonly status: StepStatus;
  readonly isRecovering: boolean;
}): State {
  return status === 'RUNNING' && isRecovering ? 'recovering' : STEP_STATES[status];
}

const ENDS: readonly RunStatus[] = ['SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'STOPPED'];

/** Nothing more will come of it. */
export function isOver(status: RunStatus): boolean {
  return ENDS.includes(status);
}

/** The same of the state that a screen names. */
export function isEnd(state: State): boolean {
  return ENDS.some((status) => RUN_STATES[status] === state);
}
