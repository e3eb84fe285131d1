import type { ProcessExit, ProcessIdentity } from '@tenon/platform/servers';

/** A process that serves: one of ours, Postgres, or Temporal. */
export interface Running extends ProcessIdentity {
  /** Fulfils when it has ended, however it did. */
  readonly exited: Promise<ProcessExit>;
  /** Asks it to end and waits; kills it when it takes too long. */
  stop(): Promise<void>;
  /** Kills it and waits. */
  kill(): Promise<void>;
  /** What it printed last. */
  lastLines(): string;
  /** One sentence when something is wrong with it although it runs. */
  findProblem?(): Promise<string | undefined>;
}

/** How a process ended, for a person. */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal ? `ended by ${signal}` : `ended with code ${code}`;
}
