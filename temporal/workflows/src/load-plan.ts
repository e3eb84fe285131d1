import type { RunInput } from '@tenon/contract';
import type { Plan } from '@tenon/engine';
import { loadText } from './load-text.js';
import { local } from './runtime.js';

/** The plan of a run: from its input, or part by part from the database when it is large. */
export async function loadPlan({ plan, planHash, run }: RunInput): Promise<Plan> {
  if (plan) return plan;
  return JSON.parse(await loadText((part) => local.loadPlanPart(run.teamId, planHash, part))) as Plan;
}
