import type { Plan } from './plan.js';
import type { RunState } from './state.js';
import { entriesIn, findIn, putIn, type Table } from './table.js';
import { isUnderWay } from './turn.js';
import type { Outputs } from './value.js';

/**
 * The state without values of steps that no step reads any more: a long run need not carry what it has behind it.
 * The run goes on from it as from the whole.
 */
export function dropUnread(plan: Plan, state: RunState): RunState {
  const hasEnded = (stepKey: string): boolean => {
    const step = findIn(state.steps, stepKey);
    return step !== undefined && !isUnderWay(step);
  };
  const toCome = plan.steps.filter(({ id }) => !hasEnded(id));
  const read = new Set(toCome.flatMap(({ instruction }) => instruction.reads.map(([namespace]) => namespace)));
  let pool: Table<Outputs> = {};
  // what no step has written, such as `sys`, has not ended either
  for (const [namespace, outputs] of entriesIn(state.pool))
    if (read.has(namespace) || !hasEnded(namespace)) pool = putIn(pool, namespace, outputs);
  return { ...state, pool };
}
