import { RUN_ENDED, type RunActivities, type RunSinks } from '@tenon/contract';
import type { EffectKey } from '@tenon/engine';
import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
  proxySinks,
} from '@temporalio/workflow';

/** What an activity may take beyond the author's limit: writing its result, and telling us. */
const GRACE_MS = 30_000;

/**
 * An activity that was not heard of for so long is lost with its worker. It says something every second: a busy machine,
 * a full heap or a short freeze may swallow four of five words, and no call is made twice for that. Waiting less would
 * gain little: another worker has to start meanwhile.
 */
const UNHEARD_MS = 5_000;

/** Repeats after a loss, without limit: failures are data, so only losses come here. */
const RETRY = { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 5_000 };

/**
 * Activities that run inside the workflow task. Their own limit is kept inside them; this one only ends an activity
 * whose process hangs.
 */
export const local = proxyLocalActivities<RunActivities>({ startToCloseTimeout: 10_000, retry: RETRY });

/** The record of runs; what is written with it needs no event of history. */
export const { record } = proxySinks<RunSinks>();

/** The heartbeating activity of one attempt. @param limitMs the author's limit, kept inside the activity */
export function longActivity(key: EffectKey, limitMs: number): RunActivities {
  return proxyActivities<RunActivities>({
    activityId: key,
    startToCloseTimeout: limitMs + GRACE_MS,
    heartbeatTimeout: UNHEARD_MS,
    cancellationType: 'TRY_CANCEL',
    retry: RETRY,
  });
}

/** Has an activity refused to begin, because the run has ended? */
export function isOfEndedRun(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === RUN_ENDED;
}

/** Workflow time in milliseconds: set by the server and the same on replay. The only clock of a run. */
export function now(): number {
  // eslint-disable-next-line no-restricted-globals -- inside the sandbox this is workflow time
  return Date.now();
}
