import type { RunInput } from '@tenon/contract';
import type { Plan } from '@tenon/engine';
import { sleep } from '@temporalio/workflow';
import { local } from './runtime.js';

/** Parts that fit into one message to the server. */
const PARTS_PER_TASK = 2;

/** The plan of a run: from its input, or part by part from the database when it is large. */
export async function loadPlan({ plan, planHash, run }: RunInput): Promise<Plan> {
  if (plan) return plan;
  let text = '';
  for (let part = 0; ; part += 1) {
    const loaded = await local.loadPlanPart(run.teamId, planHash, part);
    text += loaded.text;
    if (loaded.isLast) return JSON.parse(text) as Plan;
    if (part % PARTS_PER_TASK === PARTS_PER_TASK - 1) await sleep(1);
  }
}
