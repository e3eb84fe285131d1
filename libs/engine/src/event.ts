import type { Failure, Inputs, Usage } from './step-result.js';
import type { Outputs } from './value.js';

/** What the world is told. `seq` counts from 1 without gaps; `at` is the driver's time in milliseconds. */
export type RunEvent = { readonly seq: number; readonly at: number } & RunFact;

export type RunFact =
  /** `pool` holds what was there before the first step: `sys`, `env` (secrets as references), `conversation`. */
  | {
      readonly type: 'run.started';
      readonly inputs: Outputs;
      readonly pool: Readonly<Record<string, Outputs>>;
      readonly root: string;
    }
  /** First try of a step. */
  | {
      readonly type: 'step.started';
      readonly stepKey: string;
      readonly inputs: Inputs;
    }
  /** A try failed and another follows after `delayMs`; `retry` counts from 1. */
  | {
      readonly type: 'step.retrying';
      readonly stepKey: string;
      readonly attempt: number;
      readonly retry: number;
      readonly delayMs: number;
      readonly failure: Failure;
    }
  | {
      readonly type: 'step.succeeded';
      readonly stepKey: string;
      readonly attempt: number;
      readonly exit: string;
      readonly outputs: Outputs;
      readonly usage?: Usage;
    }
  /** Failed, and its rule took another way: `exit` and `outputs` are what the graph goes on with. */
  | {
      readonly type: 'step.handled';
      readonly stepKey: string;
      readonly attempt: number;
      readonly exit: string;
      readonly outputs: Outputs;
      readonly failure: Failure;
      readonly usage?: Usage;
    }
  | {
      readonly type: 'step.failed';
      readonly stepKey: string;
      readonly attempt: number;
      readonly failure: Failure;
      readonly outputs: Outputs;
      readonly usage?: Usage;
    }
  | { readonly type: 'step.skipped'; readonly stepKey: string }
  /** Was under way when the run ended; nobody waits for it any more. */
  | { readonly type: 'step.stopped'; readonly stepKey: string; readonly attempt: number }
  | { readonly type: 'run.finished'; readonly outcome: RunOutcome };

/** How a run ended. `exceptions` counts failed tries, also handled and retried ones. */
export interface RunOutcome {
  readonly status: 'succeeded' | 'partiallySucceeded' | 'failed' | 'stopped';
  readonly outputs: Outputs;
  readonly exceptions: number;
  /** Steps started, first tries only. */
  readonly steps: number;
  readonly usage: Usage;
  /** Why it failed; with the key of the step that did, when one did. */
  readonly failure?: Failure & { readonly stepKey?: string };
  /** Why it was stopped: a person's words or the limit's name. */
  readonly reason?: string;
}
