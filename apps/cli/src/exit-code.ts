import { isTenonError } from '@tenon/base';
import type { RunStatus } from './api/run-report.js';

/** What the exit code of a command says. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  usage: 2,
  stopped: 3,
  noInstance: 4,
  timedOut: 124,
  interrupted: 130,
} as const;

const OF_ERROR: Readonly<Record<string, number>> = {
  'cli.usage': EXIT.usage,
  'cli.refused': EXIT.usage,
  'cli.missing': EXIT.usage,
  'cli.unreachable': EXIT.noInstance,
  'cli.notStarted': EXIT.noInstance,
  'cli.tokenRefused': EXIT.noInstance,
  'cli.timedOut': EXIT.timedOut,
  'cli.interrupted': EXIT.interrupted,
  'config.invalid': EXIT.usage,
};

/** The exit code for what a command threw. */
export function exitCodeOfError(error: unknown): number {
  return (isTenonError(error) && OF_ERROR[error.code]) || EXIT.failed;
}

/** The exit code for how a run ended. */
export function exitCodeOfRun(status: RunStatus): number {
  if (status === 'succeeded' || status === 'partiallySucceeded') return EXIT.succeeded;
  return status === 'stopped' ? EXIT.stopped : EXIT.failed;
}
