/** What the two kinds of sandbox have in common: what goes in, what comes out, and the limits. */

/** One execution of an author's code. */
export interface Job {
  readonly code: string;
  /** JSON text of the object of arguments. */
  readonly inputs: string;
  /** Counts from the moment a ready sandbox receives the code. */
  readonly timeoutMs: number;
}

/** Why an execution gave no result; the codes are those of the port that callers of this process implement. */
export type FailureCode =
  | 'code.failed'
  | 'code.timedOut'
  | 'code.outOfMemory'
  | 'code.outputTooLarge'
  | 'code.packageMissing'
  | 'code.unavailable';

/** Why an execution gave no result, and what was printed before, where that is still known. */
export interface Failure {
  readonly ok: false;
  readonly code: FailureCode;
  readonly message: string;
  readonly printed: string;
}

/** How an execution ended. A mistake of the author is an outcome, never an exception. */
export type Outcome =
  { readonly ok: true; readonly result: string; readonly printed: string; readonly durationMs: number } | Failure;

/** A place that is ready to run code. */
export interface Sandbox {
  /**
   * Runs one job. Resolves with undefined when the sandbox turned out to be dead before it took the job: another one
   * may have it. Rejects only with the reason of `signal`, after everything of the job is gone.
   */
  run(job: Job, signal: AbortSignal): Promise<Outcome | undefined>;
  /** May it run another job? False as soon as anything of the last one could be left over. */
  readonly isReusable: boolean;
  /** Resolves when nothing of the sandbox is left. */
  readonly ended: Promise<void>;
  /** Ends it at once; a job it runs gives `code.unavailable`. */
  kill(): void;
}

export const limits = {
  resultBytes: 8 * 1024 * 1024,
  /** Levels of objects and arrays in a result; deeper ones break readers that recurse. */
  resultDepth: 256,
  printedBytes: 64 * 1024,
  /** The interpreter's own memory, in MiB. */
  memoryMiB: { python3: 256, javascript: 128 },
} as const;

export const fail = (code: FailureCode, message: string, printed = ''): Failure => ({
  ok: false,
  code,
  message,
  printed,
});

/** The failures that every language words alike. */
export const failures = {
  closed: () => fail('code.unavailable', 'The code runner is ending.'),
  timedOut: (timeoutMs: number) => fail('code.timedOut', `The code ran longer than its limit of ${timeoutMs} ms.`),
  outOfMemory: (limitMiB: number, printed = '') =>
    fail('code.outOfMemory', `The code needs more memory than the limit of ${limitMiB} MiB.`, printed),
  resultTooLarge: (printed = '') =>
    fail('code.outputTooLarge', `The result is larger than the limit of ${limits.resultBytes / 2 ** 20} MiB.`, printed),
  resultTooDeep: (printed = '') =>
    fail('code.outputTooLarge', `The result is nested deeper than the limit of ${limits.resultDepth} levels.`, printed),
} as const;
