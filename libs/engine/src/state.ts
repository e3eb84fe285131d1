import type { RunOutcome } from './event.js';
import type { Failure, Usage } from './step-result.js';
import type { Outputs } from './value.js';

/** Values produced so far: outputs by namespace (node id, `sys`, `env`, `conversation`). */
export type Pool = Readonly<Record<string, Outputs>>;

/** Where a step is. A step that has no entry is still unknown. */
export type StepState =
  | { readonly status: 'running'; readonly attempt: number }
  /** Waiting for its next try. */
  | { readonly status: 'retrying'; readonly attempt: number }
  | { readonly status: 'succeeded'; readonly exit: string }
  | { readonly status: 'handled'; readonly exit: string; readonly failure: Failure }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'skipped' }
  | { readonly status: 'stopped' };

/** The fate of an edge; absent while unknown. */
export type EdgeState = 'taken' | 'skipped';

/** Everything a run is, as plain JSON: carrying it into a new history is passing it on (I7). */
export interface RunState {
  readonly pool: Pool;
  readonly steps: Readonly<Record<string, StepState>>;
  /** By index in `Plan.edges`. */
  readonly edges: Readonly<Record<number, EdgeState>>;
  /** Number of the last event. */
  readonly seq: number;
  /** Steps started, first tries only. */
  readonly started: number;
  readonly exceptions: number;
  readonly usage: Usage;
  /** What response steps have given so far (`answer` is joined, other keys are overwritten). */
  readonly outputs: Outputs;
  readonly startedAt: number;
  readonly limits: RunLimits;
  readonly outcome?: RunOutcome;
}

export interface RunLimits {
  /** Steps one run may start. */
  readonly maxSteps: number;
  /** Time a run may take, in milliseconds, checked when a step ends. */
  readonly maxDurationMs: number;
}
