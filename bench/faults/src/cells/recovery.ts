import { percentile } from '../report.js';
import type { Violation } from '../checker/violation.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind, type Target } from './inject.js';
import { loadAt, progressAfter } from './moments.js';
import { ask } from '../watch/api.js';

/** Runs of one load: few, so that what is measured is the way back and not the work that waits. */
const RUNS = 8;

interface Budget {
  readonly p50Ms?: number;
  readonly p99Ms?: number;
}

interface Recovery {
  readonly name: string;
  readonly target: Target;
  readonly fault: FaultKind;
  /** From when it counts. */
  readonly from: 'fault' | 'serving';
  readonly moment: string;
  readonly budget: Budget;
}

const RECOVERIES: readonly Recovery[] = [
  {
    ...{ name: 'recovery-worker', target: 'worker', fault: 'K', from: 'fault', moment: 'until its runs go on' },
    budget: { p50Ms: 6_000, p99Ms: 10_000 },
  },
  {
    ...{ name: 'recovery-temporal', target: 'temporal', fault: 'K', from: 'serving', moment: 'until all runs go on' },
    budget: { p50Ms: 3_000 },
  },
  {
    ...{ name: 'recovery-api', target: 'api', fault: 'K', from: 'serving', moment: 'until open streams go on' },
    budget: { p99Ms: 2_000 },
  },
  {
    ...{ name: 'recovery-postgres', target: 'postgres', fault: 'K', from: 'serving', moment: 'until the API answers' },
    budget: { p99Ms: 5_000 },
  },
];

/** How fast the product is back after a kill. The budgets hold over all repetitions. */
export const recoveryCases: readonly Case[] = RECOVERIES.map((recovery) => ({
  ...{ cell: recovery.name, fault: recovery.fault, moment: recovery.moment },
  run: (setting) => recover(recovery, setting),
  judge: (recoveryMs) => judge(recovery.budget, recoveryMs),
}));

async function recover({ target, fault, from }: Recovery, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const session = await loadAt('while text streams', { ...setting, size: RUNS });
  if (target !== 'worker') await stack.model.release();
  let answeredAt = Infinity;
  const { at, healedAt } = await inject(stack, target, fault, 0);
  if (target === 'postgres') {
    await session.until(async () => {
      await ask(stack.backDoor, 'query { runs(first: 20) { edges { node { id } } } }');
      return true;
    }, 'an answer');
    answeredAt = Date.now();
  }
  const recording = await session.finish();
  if (target === 'postgres') return { recording, recoveryMs: [answeredAt - healedAt] };
  if (target === 'api') return { recording, recoveryMs: session.followers.flatMap(framesAfter(healedAt)) };
  return { recording, recoveryMs: progressAfter(recording, from === 'fault' ? at : healedAt) };
}

const framesAfter =
  (at: number) =>
  ({ frames }: { readonly frames: readonly { readonly at: number }[] }): number[] => {
    const next = frames.find((frame) => frame.at > at);
    return next ? [next.at - at] : [];
  };

function judge({ p50Ms, p99Ms }: Budget, recoveryMs: readonly number[]): Violation[] {
  const over = (share: number, name: string, budgetMs = Infinity) => {
    const ms = percentile(recoveryMs, share);
    return demand(!(ms > budgetMs), `${name} of the way back is ${Math.round(ms)} ms, over ${budgetMs} ms`);
  };
  return [...over(0.5, 'p50', p50Ms), ...over(0.99, 'p99', p99Ms)];
}
