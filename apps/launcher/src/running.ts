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
  /** The code of the error of ours that ended it, where it said so. */
  failureCode?(): string | undefined;
  /** One sentence when something is wrong with it although it runs. */
  findProblem?(): Promise<string | undefined>;
  /** Whether it still answers; gives up when `signal` says so. */
  answers?(signal: AbortSignal): Promise<boolean>;
}

/** How a process ended, for a person. */
export function describeExit({ code, signal }: ProcessExit): string {
  return signal ? `ended by ${signal}` : `ended with code ${code}`;
}

/** What a person should know of what it printed before it ended: that memory ran out, else the last line of a failure. */
export function reasonOfEnd(exit: ProcessExit, lines: string): string {
  const all = lines.trim().split('\n');
  const memory = all.find((line) => /out of memory/i.test(line));
  return (memory ?? (exit.code ? (all.at(-1) ?? '') : '')).slice(0, 300);
}

/** The code of what made a start fail: of the error of the program itself, where it is known. */
export function causeCodeOf(error: unknown): string | undefined {
  const { code, details } = error as { code?: unknown; details?: { causeCode?: unknown } };
  const known = details?.causeCode ?? code;
  return typeof known === 'string' ? known : undefined;
}
