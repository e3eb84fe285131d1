import type { Plan, PlanStep, Segment, Selector } from './plan.js';
import { indexPlan, type PlanIndex } from './plan-index.js';
import { selectorKey } from './reference.js';

/** What a reply needs to know of a plan. */
export interface ReplyPlan {
  readonly index: PlanIndex;
  /** What answer and end steps say, by step. */
  readonly templates: ReadonlyMap<string, readonly Segment[]>;
  /** The selectors that any template shows, by their namespace and without repetition. */
  readonly wanted: ReadonlyMap<string, readonly Selector[]>;
}

const plans = new WeakMap<Plan, ReplyPlan>();

/** Made once for each plan object, since plans are immutable. */
export function replyPlanOf(plan: Plan): ReplyPlan {
  const known = plans.get(plan);
  if (known) return known;
  const templates = new Map(plan.steps.flatMap(({ id, response }) => (response ? [[id, response.segments]] : [])));
  const distinct = new Map<string, Selector>();
  for (const segment of [...templates.values()].flat()) {
    if ('selector' in segment) distinct.set(selectorKey(segment.selector), segment.selector);
  }
  const wanted = new Map<string, Selector[]>();
  for (const selector of distinct.values()) {
    const [namespace = ''] = selector;
    wanted.set(namespace, [...(wanted.get(namespace) ?? []), selector]);
  }
  const replyPlan = { index: indexPlan(plan), templates, wanted };
  plans.set(plan, replyPlan);
  return replyPlan;
}

/**
 * Do the edges that leave `step` hold back what lies behind them until one of them is taken? Behind a branch nobody
 * knows yet what will be said, and behind a response step nothing may overtake it.
 */
export const isBlocking = (step: PlanStep): boolean =>
  step.branching || step.onFailure.then === 'exit' || step.response !== undefined;

/**
 * The steps that become reachable when `entries` do: along edges that do not block, without those in `isReached`.
 */
export function reachFrom(
  { index }: ReplyPlan,
  entries: readonly string[],
  isReached: (stepKey: string) => boolean,
): string[] {
  const found = new Set<string>();
  const pending = [...entries];
  for (let stepKey = pending.pop(); stepKey !== undefined; stepKey = pending.pop()) {
    const indexed = index.get(stepKey);
    if (!indexed || found.has(stepKey) || isReached(stepKey)) continue;
    found.add(stepKey);
    if (!isBlocking(indexed.step)) pending.push(...indexed.outgoing.map((edge) => edge.target));
  }
  return [...found];
}
