import type { RunReport } from '../api/run-report.js';
import { describeDuration } from './quantity.js';
import { namedValues, valueText } from './value-text.js';

/** What a run gave, for standard output: the answer of a chat, the outputs of a workflow. */
export function resultLines({ answer, outputs }: Pick<RunReport, 'answer' | 'outputs'>): string[] {
  if (answer !== null) return [answer];
  const entries = Object.entries(outputs ?? {});
  const [only] = entries;
  if (!only) return [];
  // One text alone, or an answer so large that it is stored elsewhere, needs no name before it.
  if (entries.length === 1 && (typeof only[1] === 'string' || only[0] === 'answer')) return [valueText(only[1])];
  return namedValues(outputs ?? {});
}

/** How a run ended, in words: `succeeded in 4.2 s`, `failed after 1.0 s: …`. */
export function outcomeText(run: RunReport, nameOfStep: (stepKey: string) => string): string {
  const took = run.durationMs === null ? '' : describeDuration(run.durationMs);
  switch (run.status) {
    case 'succeeded':
      return `succeeded in ${took}`;
    case 'partiallySucceeded':
      return `succeeded in ${took}, although ${run.exceptions === 1 ? 'a step' : `${run.exceptions} steps`} failed`;
    case 'failed':
      return `failed${took && ` after ${took}`}: ${failureText(run.failure, nameOfStep)}`;
    case 'stopped':
      return `stopped${took && ` after ${took}`}${run.reason ? `: ${run.reason}` : ''}`;
    case 'queued':
      // what keeps it from going on has a line of its own
      return `queued${run.waitingFor && !run.needsAttention ? `: ${run.waitingFor}` : ''}`;
    default:
      return `${run.status === 'needsAttention' ? 'needs attention' : run.status}${run.isRecovering ? ', and recovers from a lost worker' : ''}`;
  }
}

/** A failure in plain words, with the step it came from and the code that the documentation knows. */
export function failureText(failure: RunReport['failure'], nameOfStep: (stepKey: string) => string): string {
  if (!failure) return 'for an unknown reason';
  const step = failure.stepKey === null ? '' : `${nameOfStep(failure.stepKey)}: `;
  return `${step}${failure.message}  [${failure.code}]`;
}

/** The way a step left, where it had a choice: `→ chat`; the way of an if-else that no case took is `→ else`. */
export function wayText(exit: unknown): string {
  if (typeof exit !== 'string' || exit === 'source') return '';
  return `→ ${exit === 'false' ? 'else' : exit}`;
}
