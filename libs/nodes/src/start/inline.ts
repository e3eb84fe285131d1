import type { Lookup, StepResult } from '@tenon/engine';
import { checkObjects, startOutputs } from '../run/start.js';
import type { StartInstruction } from './definition.js';

/** The run's inputs, for forms without schemas. */
export function inline(instruction: StartInstruction, lookup: Lookup): StepResult {
  return checkObjects(instruction, lookup) ?? { ok: true, outputs: startOutputs(instruction, lookup) };
}
