import type { Lookup, Outputs, Selector, StepResult, Value } from '@tenon/engine';
import type { AggregatorInstruction } from './definition.js';

/** The first candidate that resolves, null among them; where none does, the output is absent. */
export function inline(instruction: AggregatorInstruction, lookup: Lookup): StepResult {
  if ('candidates' in instruction) return { ok: true, outputs: outputOf(instruction.candidates, lookup) };
  const outputs: Record<string, Value> = {};
  for (const { name, candidates } of instruction.groups) {
    const found = outputOf(candidates, lookup);
    if ('output' in found) outputs[name] = found;
  }
  return { ok: true, outputs };
}

function outputOf(candidates: readonly Selector[], lookup: Lookup): Outputs {
  for (const candidate of candidates) {
    const value = lookup(candidate);
    if (value !== undefined) return { output: value };
  }
  return {};
}
