import { setTimeout as delay } from 'node:timers/promises';
import { acceptApp } from '../load/accept-app.js';
import { loadRules, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { requestNode, wideApp } from './chain-app.js';
import { inject } from './inject.js';
import { acceptLoad } from './moments.js';

/** Timers that were due meanwhile fire within this time. */
const FIRE_WITHIN_MS = 30_000;
/** Runs, requests beside each other in each of them, and the pause before their next try. */
const RUNS = 60;
const REQUESTS = 8;
const PAUSE_MS = 30_000;
/** What a worker with 512 MiB of heap does at once at most, and how long each request takes, so that they pile up. */
const MOST_AT_ONCE = 290;
const ANSWER_MS = 3_000;
/** So long before the server is back a load comes, which waits for it. */
const LATE_MS = 20_000;

/** The workflow server is away while timers fall due. */
export const timerCases: readonly Case[] = [
  { ...{ cell: 'T2', fault: 'K', moment: 'timers become due while it is away' }, run: overdueTimers },
];

/** Requests that failed once wait for their next try while the server is away; then all of them are due. */
async function overdueTimers(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, loadRules());
  const requests = Array.from({ length: REQUESTS }, (_, n) =>
    requestNode(`request${n}`, `${stack.effects.url}/due`, PAUSE_MS),
  );
  const orders = Array.from({ length: RUNS }, (_, n): Order => {
    const expected = { states: ['succeeded' as const], result: JSON.stringify({ told: 'due' }) };
    return { name: `due ${n}`, app: 'endless', input: {}, expected };
  });
  const size = orders.length * REQUESTS;
  stack.effects.fail(1);
  const due = new Set(await acceptApp(session, wideApp('Due', requests, ['request0', 'body']), orders));
  await session.seen(() => session.events('step.retrying').length === size, 'requests that wait for their next try');
  stack.effects.fail(0);
  stack.effects.slow(ANSWER_MS);
  const outageMs = setting.isQuick ? PAUSE_MS : 600_000;
  const { healedAt } = await inject(stack, 'temporal', 'K', outageMs, async () => {
    await delay(outageMs - LATE_MS);
    await acceptLoad(session, setting);
  });
  const recording = await session.finish();
  const fired = recording.calls.filter(({ key, at }) => due.has(key.split('/')[0] ?? '') && at > healedAt);
  const recoveryMs = fired.map(({ at }) => at - healedAt);
  const lastMs = Math.max(...recoveryMs);
  const most = stack.effects.mostAtOnce();
  return {
    ...{ recording, recoveryMs, bounds: { maxCallsPerKey: 2 } },
    violations: [
      ...demand(
        fired.length === size && lastMs <= FIRE_WITHIN_MS,
        `${fired.length} of ${size} timers fired, the last after ${lastMs} ms`,
      ),
      ...demand(most <= MOST_AT_ONCE, `${most} requests were made at once, more than ${MOST_AT_ONCE}`),
    ],
  };
}
