import { ok, sign, type Finding } from './finding.js';
import { describeSince } from './process-health.js';

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
export function examineWork({ queued, underWay, needAttention, workers }: RunHealth): Finding[] {
  const state = `${queued} waiting, ${underWay} under way`;
  if (workers === 0)
    return [sign('processDies', 'workers', 'none, so runs wait until one is there'), ok('runs', state)];
  const isStuck = needAttention > 0;
  return [
    ok('workers', String(workers)),
    isStuck ? sign('runsStuck', 'runs', `${state}, ${needAttention} of which cannot go on`) : ok('runs', state),
  ];
}

/** Since when the workflow server answers no worker, as the API says. */
export interface ServerHealth {
  readonly state: 'up' | 'away';
  readonly since: string | null;
}

export function examineServer({ state, since }: ServerHealth): Finding {
  const what = 'workflow server';
  if (state === 'up') return ok(what, 'up');
  return sign('temporalDown', what, `answers no worker${since ? ` for ${describeSince(since)}` : ''}`);
}

/** How far clocks are ahead of that of the database, in milliseconds. */
export interface ClockHealth {
  readonly ownAheadMs: number;
  readonly workerAheadMs: number | null;
}

/** Below that, a slow answer may be mistaken for a wrong clock. */
const MOST_SKEW_MS = 5_000;

/** Whether the processes and the database agree on what time it is. */
export function examineClocks({ ownAheadMs, workerAheadMs }: ClockHealth): Finding {
  const off = [['that of the API', ownAheadMs] as const, ['that of a worker', workerAheadMs ?? 0] as const].flatMap(
    ([whose, aheadMs]) => (Math.abs(aheadMs) > MOST_SKEW_MS ? [`${whose} is ${describeAhead(aheadMs)}`] : []),
  );
  if (off.length === 0) return ok('clocks', 'agree with the database');
  return sign('clockSkew', 'clocks', `${off.join(', ')} that of the database`);
}

function describeAhead(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
}
