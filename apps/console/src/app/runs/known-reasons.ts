import type { TextKey } from '../language/dictionary.js';

/**
 * The sentences in which Tenon says why a run waits or cannot go on, and what they are in the reader's language. The places
 * of a text are filled with what stands in the sentence: names, numbers, times and words of others.
 */
export const KNOWN_REASONS: readonly (readonly [RegExp, TextKey])[] = [
  [/^No worker is there to carry the run on; it goes on when one starts\.$/, 'reason.noWorker'],
  [/^The workflow server does not answer; the run goes on when it is back\.$/, 'reason.serverAway'],
  [/^The workflow server does not answer; the run starts when it is back\.$/, 'reason.serverAwayStart'],
  [/^The workflow server has the run, and no worker has begun it yet\.$/, 'reason.notBegun'],
  [/^No worker has taken the run yet\.$/, 'reason.notTaken'],
  [
    /^(?<count>\d+) runs of the team are under way, the most at once; this one starts when one ends\.$/,
    'reason.teamIsFull',
  ],
  [/^The step (?<step>\S+) cannot be performed: (?<words>.*)$/, 'reason.stepStuck'],
  [/^No worker can carry the run on: its code is not that which the run began with; (?<words>.*)$/, 'reason.otherCode'],
  [/^No worker can carry the run on: they do not finish its next task in time\.$/, 'reason.tooSlow'],
  [/^No worker can carry the run on: (?<words>.*)$/, 'reason.workflowStuck'],
  [/^The workflow server refuses to start the run: .*$/, 'reason.refused'],
  [/^stopped by a member$/, 'problem.stoppedByMember'],
  [/^The run was terminated at the workflow server\.$/, 'reason.terminated'],
  [/^The run was cancelled at the workflow server\.$/, 'reason.cancelled'],
  [/^The workflow server ended the run: its time was over\.$/, 'reason.timeOver'],
  [/^The workflow of the run failed\.$/, 'reason.workflowFailed'],
  [/^The run ended, but its end was not recorded\.$/, 'reason.endLost'],
];

/** Since when a run waits, behind the sentence. */
const SINCE = / Waiting since (?<since>\d{4}-\d\d-\d\dT[\d:.]+Z)\.$/;

/** A reason as what is known of it. */
export interface ReasonRead {
  /** Undefined where it is in words of others. */
  readonly key: TextKey | undefined;
  readonly values: Readonly<Record<string, string>>;
  readonly sentence: string;
  /** ISO 8601. */
  readonly since: string | undefined;
}

export function readReason(text: string): ReasonRead {
  const since = SINCE.exec(text)?.groups?.['since'];
  const sentence = text.replace(SINCE, '');
  for (const [pattern, key] of KNOWN_REASONS) {
    const found = pattern.exec(sentence);
    if (found) return { key, values: { ...found.groups }, sentence, since };
  }
  return { key: undefined, values: {}, sentence, since };
}
