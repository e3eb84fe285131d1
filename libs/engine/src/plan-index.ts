import type { Plan, PlanEdge, PlanStep } from './plan.js';

/** A step with its edges. An edge to or from a step that does not exist is as if it were not drawn. */
export interface IndexedStep {
  readonly step: PlanStep;
  /** In the plan's order. */
  readonly outgoing: readonly PlanEdge[];
  /** Number of incoming edges. */
  readonly incoming: number;
}

export type PlanIndex = ReadonlyMap<string, IndexedStep>;

const indexes = new WeakMap<Plan, PlanIndex>();

/** The steps of a plan by id. Made once for each plan object, since plans are immutable. */
export function indexPlan(plan: Plan): PlanIndex {
  const known = indexes.get(plan);
  if (known) return known;
  const index = new Map(plan.steps.map((step) => [step.id, { step, outgoing: [] as PlanEdge[], incoming: 0 }]));
  for (const edge of plan.edges) {
    const [source, target] = [index.get(edge.source), index.get(edge.target)];
    if (!source || !target) continue;
    source.outgoing.push(edge);
    target.incoming += 1;
  }
  indexes.set(plan, index);
  return index;
}
