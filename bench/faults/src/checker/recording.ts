/*
 * What was seen of a product from outside while faults were injected. Times are milliseconds of one clock. Nothing here
 * says how the product is built or run.
 */

/** States of a run. A peer's states are translated to these. */
export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'stopped';

/** One state of a run as the product showed it. */
export interface Sample {
  readonly at: number;
  readonly runId: string;
  readonly source: 'list' | 'detail';
  readonly state: RunState;
  /** Shown as recovering or as unable to go on, so nobody takes it for a run that is being carried on. */
  readonly isTroubled: boolean;
}

/** One execution of a step, as the product recorded it. */
export interface SeenExecution {
  readonly stepKey: string;
  readonly attempt: number;
  readonly execution: number;
  readonly outcome: string | null;
  readonly startedAt: number;
  readonly finishedAt?: number;
}

/** What became of a run in the end. */
export interface EndState {
  readonly state: RunState;
  /** Why it failed, by the code that the product gives. */
  readonly failureCode?: string;
  /** The answer or the outputs, as text. */
  readonly result: string;
  /** The answer, where there is one: what followers of the run were shown must add up to it. */
  readonly answer?: string;
  readonly unfinishedSteps: readonly string[];
  readonly succeededSteps: readonly string[];
  /** All that were not skipped. */
  readonly begunSteps: readonly string[];
  readonly executions: readonly SeenExecution[];
}

/** What must come of a run. */
export interface Expectation {
  readonly states: readonly RunState[];
  readonly result?: string;
  readonly failureCode?: string;
}

/** A run whose acceptance the product acknowledged. */
export interface AcceptedRun {
  readonly id: string;
  readonly name: string;
  readonly acceptedAt: number;
  readonly expected: Expectation;
  /** Undefined when the product did not know the run in the end. */
  readonly end?: EndState;
}

/** One thing that a follower of a run received. */
export type Frame =
  | {
      readonly kind: 'event';
      readonly connection: number;
      readonly at: number;
      readonly seq: number;
      readonly type: string;
      readonly stepKey?: string;
    }
  | {
      readonly kind: 'reply';
      readonly connection: number;
      readonly at: number;
      readonly offset: number;
      readonly text: string;
    };

/** All that one follower received of one run, over as many connections as it took. */
export interface SeenStream {
  readonly runId: string;
  readonly frames: readonly Frame[];
  /** The connection that the stream said is complete, or undefined when it never was. */
  readonly completed: boolean;
}

/** One call that the product made to the outside. */
export interface SeenCall {
  /** Of the effect; the same when it is tried again. */
  readonly key: string;
  readonly server: 'model' | 'http';
  readonly at: number;
  readonly state: string;
  /** When it was answered or its client left. */
  readonly endedAt?: number;
}

/** Something that was done to the product. */
export interface Fault {
  readonly name: string;
  readonly at: number;
  /** When it was undone; undefined while it lasts. */
  readonly until?: number;
  /** Whether work that is under way may be lost by it, so that it has to be done again. */
  readonly losesWork: boolean;
}

/** A time in which something was there. */
export interface Span {
  readonly from: number;
  readonly to?: number;
}

/** A run that was asked to stop, and when the product said that it will. */
export interface Stop {
  readonly runId: string;
  readonly acknowledgedAt: number;
}

/** Everything that the checks need. */
export interface Recording {
  readonly runs: readonly AcceptedRun[];
  /** All runs that the product lists of this load. */
  readonly listedIds: readonly string[];
  readonly streams: readonly SeenStream[];
  readonly calls: readonly SeenCall[];
  readonly samples: readonly Sample[];
  readonly faults: readonly Fault[];
  /** When somebody was there who carries runs on. */
  readonly owners: readonly Span[];
  readonly stops: readonly Stop[];
}

/** Whether a run in this state is over. */
export function isEnd(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'stopped';
}
