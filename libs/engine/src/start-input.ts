import type { RunLimits } from './state.js';
import type { StepResult } from './step-result.js';
import type { Outputs } from './value.js';

/** What a run is given. Inputs are already coerced to the start form. */
export interface StartInput {
  readonly at: number;
  /** The start form's values by name. */
  readonly inputs: Outputs;
  /** `sys.*` by name, such as `query`, `user_id`, `workflow_run_id`. */
  readonly system: Outputs;
  /** Values of the conversation variables as stored; a name that is missing takes the plan's initial value. */
  readonly conversation: Outputs;
  readonly limits: RunLimits;
  /** Another entry step than the plan's. */
  readonly root?: string;
  /** Steps whose result is known already (rerun from a step, reused and mocked outputs), by step key. */
  readonly settled?: Readonly<Record<string, StepResult>>;
}
