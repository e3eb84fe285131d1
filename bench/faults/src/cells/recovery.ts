import { percentile } from '../report.js';
import type { Violation } from '../checker/violation.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject, type FaultKind, type Target } from './inject.js';
import { heldCount, loadAt, progressAfter } from './moments.js';
import { untilAnswering } from './postgres.js';

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
    ...{
      name: 'recovery-postgres',
      target: 'postgres',
      fault: 'K',
      from: 'serving',
      moment: 'until a crowd is answered',
    },
    budget: { p99Ms: 5_000 },
  },
];

/** How fast the product is back after a kill. The budgets hold over all repetitions. */
export const recoveryCases: readonly Case[] = RECOVERIES.map((recovery) => ({
  ...{ cell: recovery.name, fault: recovery.fault, moment: recovery.moment },
  run: (setting) => recover(recovery, setting),
  judge: (recoveryMs) => judge(recovery.budget, recoveryMs),
}));

async function recover({ target, fault, from: since }: Recovery, setting: Setting): Promise<Outcome> {
  const { stack } = setting;
  const session = await loadAt('while text streams', { ...setting, size: RUNS });
  // answers come while what was hit is away; those that a dead worker waited for go nowhere
  const answer = async () => {
    if (target !== 'worker') await stack.model.release();
  };
  const { at, healedAt } = await inject(stack, target, fault, 0, answer);
  const backMs = target === 'postgres' ? [await untilAnswering(setting, healedAt)] : undefined;
  const recording = await session.finish();
  const from = since === 'fault' ? at : healedAt;
  const hit = progressAfter(recording, at).length;
  const least = heldCount(RUNS);
  return {
    ...{ recording, recoveryMs: backMs ?? progressAfter(recording, from, target === 'api' ? () => true : undefined) },
    violations: demand(hit >= least, `only ${hit} runs were hit of at least ${least}`),
  };
}

/** What breaks a budget. What did not go on, or was never measured, breaks every budget. */
export function judge({ p50Ms, p99Ms }: Budget, recoveryMs: readonly number[]): Violation[] {
  const lost = recoveryMs.filter((ms) => !Number.isFinite(ms)).length;
  const over = (share: number, name: string, budgetMs?: number) => {
    const ms = percentile(recoveryMs, share);
    const isWithin = budgetMs === undefined || ms <= budgetMs;
    return demand(isWithin, `${name} of the way back is ${Math.round(ms)} ms, over ${budgetMs} ms`);
  };
  return [...demand(lost === 0, `${lost} did not go on`), ...over(0.5, 'p50', p50Ms), ...over(0.99, 'p99', p99Ms)];
}
