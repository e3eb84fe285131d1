import { evaluateGroup, type Lookup, type StepResult } from '@tenon/engine';
import { expectedFailure } from '../run/failure.js';
import type { IfElseInstruction } from './definition.js';

/** The first case that holds; later ones are not looked at, so what they miss does not matter. */
export function inline({ cases }: IfElseInstruction, lookup: Lookup): StepResult {
  try {
    const taken = cases.find(({ group }) => evaluateGroup(group, lookup));
    const exit = taken?.exit ?? 'false';
    return { ok: true, exit, outputs: { result: taken !== undefined, selected_case_id: exit } };
  } catch (error) {
    return expectedFailure(error);
  }
}
