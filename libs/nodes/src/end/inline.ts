import type { Lookup, StepResult } from '@tenon/engine';
import type { EndInstruction } from './definition.js';

/** The named values as they are; what does not resolve is null. */
export function inline({ outputs }: EndInstruction, lookup: Lookup): StepResult {
  return {
    ok: true,
    outputs: Object.fromEntries(
      outputs.map(({ name, selector }) => [name, (selector ? lookup(selector) : undefined) ?? null]),
    ),
  };
}
