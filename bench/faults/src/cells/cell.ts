import type { Bounds } from '../checker/bounds.js';
import type { Recording } from '../checker/recording.js';
import type { Violation } from '../checker/violation.js';
import type { Stack, StackOptions } from '../stack/stack.js';

/** What a case is given. */
export interface Setting {
  readonly stack: Stack;
  /** Ids of the published apps by name. */
  readonly apps: Readonly<Record<string, string>>;
  /** The short form: shorter outages, smaller loads. */
  readonly isQuick: boolean;
  /** Runs of a load, where it is another number than the usual one. */
  readonly size?: number;
}

/** What a case has seen. */
export interface Outcome {
  readonly recording: Recording;
  /** Tighter or wider bounds than the usual ones. */
  readonly bounds?: Partial<Bounds>;
  /** Milliseconds from the fault, or from its end, to the next progress, of as many runs as were hit. */
  readonly recoveryMs?: readonly number[];
  /** What the case itself demands beyond the promises. */
  readonly violations?: readonly Violation[];
}

/** One case of one cell: a load, a fault at a moment, and what was seen. */
export interface Case {
  readonly cell: string;
  /** SIGKILL, SIGSTOP then SIGCONT, a cut connection, something slow or taken, something wrong, full or gone, too little memory. */
  readonly fault: 'K' | 'S' | 'C' | 'D' | 'W' | 'F' | 'M';
  readonly moment: string;
  readonly isQuick?: boolean;
  /** Of the product that it has for itself, where the one of all cases will not do or would be spoilt. */
  readonly ownStack?: StackOptions;
  /** Why it cannot be run here, in one sentence; undefined when it can. */
  obstacle?(): string | undefined;
  run(setting: Setting): Promise<Outcome>;
  /** What the times of all repetitions together must be. */
  judge?(recoveryMs: readonly number[]): Violation[];
}

/** A demand of a case that was not met; nothing when it was. */
export function demand(isMet: boolean, text: string, promise: Violation['promise'] = 'budget'): Violation[] {
  return isMet ? [] : [{ promise, kind: 'budget', text }];
}
