import type { RunOutcome } from './event.js';
import type { Failure, StepResult, Usage } from './step-result.js';
import type { Table } from './table.js';
import type { Outputs } from './value.js';

/**
 * Values produced so far: outputs by namespace (node id, `sys`, `env`, `conversation`). Read it with `resolve`: a
 * large one is a tree, not a record. Any record of outputs is a pool.
 */
export type Pool = Table<Outputs>;

/** One try at a step. */
export interface StepTry {
  readonly attempt: number;
  /** How long the tries before it were put off because the other side asked for it, in milliseconds. */
  readonly waitedMs?: number;
}

/** Where a step is. A step that has no entry is still unknown. */
export type StepState =
  | ({ readonly status: 'running' } & StepTry)
  /** Waiting for the try. */
  | ({ readonly status: 'retrying' } & StepTry)
  | { readonly status: 'succeeded'; readonly exit: string }
  | { readonly status: 'handled'; readonly exit: string; readonly failure: Failure }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'skipped' }
  | { readonly status: 'stopped' };

/** What a step with several incoming edges has heard: how many are still undecided, and whether one was taken. */
export interface JoinState {
  readonly open: number;
  readonly isTaken: boolean;
}

/**
 * Everything a run is, as plain JSON: carrying it into a new history is passing it on (I7). Never changed in place.
 * What grows with the run lies in tables, so that a turn costs what it changes. The fate of an edge is not kept: it
 * follows from its source's exit, and each edge is decided once, so a join only counts.
 */
export interface RunState {
  readonly pool: Pool;
  readonly steps: Table<StepState>;
  /** By step; only steps with several incoming edges of which one was decided. */
  readonly joins: Table<JoinState>;
  /** Number of steps that are running or waiting for a try. */
  readonly underWay: number;
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
  /** Results known beforehand, by step key. */
  readonly settled: Readonly<Record<string, StepResult>>;
  readonly outcome?: RunOutcome;
}

export interface RunLimits {
  /** Steps one run may start. */
  readonly maxSteps: number;
  /** Time a run may take, in milliseconds, checked when a step ends. */
  readonly maxDurationMs: number;
  /**
   * Whether the waits that a step is asked for have to fit into its time. Runs that began before they had to decide as
   * they did then.
   */
  readonly boundsWaits?: true;
}
