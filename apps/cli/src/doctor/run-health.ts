import { ok, trouble, warning, type Finding } from './finding.js';

/** What the API says of all runs that have not ended, and of those who carry them. */
export interface RunHealth {
  /** Not handed over yet. */
  readonly queued: number;
  readonly underWay: number;
  /** Of those under way. */
  readonly needAttention: number;
  readonly workers: number;
}

/** A finding on the workers and one on the runs. Without a worker no run goes on, which is said once. */
export function examineRuns({ queued, underWay, needAttention, workers }: RunHealth): Finding[] {
  const state = `${queued} waiting, ${underWay} under way`;
  if (workers === 0) {
    const advice = 'Runs wait until a worker is there: look at worker.log and temporal.log in the data folder.';
    return [trouble('workers', 'none', advice), ok('runs', state)];
  }
  // one whose beginning fails is still queued
  const advice = 'See "tenon runs --status queued,running" and "tenon show" for why.';
  const stuck = needAttention > 0 && warning('runs', `${state}, ${needAttention} of which cannot go on`, advice);
  return [ok('workers', String(workers)), stuck || ok('runs', state)];
}
