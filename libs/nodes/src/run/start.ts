import { isMapping, type Lookup, type Outputs, type StepResult, type Value } from '@tenon/engine';
import type { StartInstruction } from '../start/definition.js';
import { variableErrors } from './errors.js';
import { failed } from './failure.js';

/** Inputs under their own names and system values under `sys.<name>`, where the run has them. */
export function startOutputs({ nodeId, names, system }: StartInstruction, lookup: Lookup): Outputs {
  const outputs: Record<string, Value> = {};
  for (const name of names) set(outputs, name, lookup([nodeId, name]));
  for (const name of system) set(outputs, `sys.${name}`, lookup(['sys', name]));
  return outputs;
}

/** Why an input that has to be a mapping cannot be used; undefined when all can. */
export function checkObjects({ nodeId, objects }: StartInstruction, lookup: Lookup): StepResult | undefined {
  for (const { name, required } of objects) {
    const value = lookup([nodeId, name]) ?? null;
    if (value === null && required) return failed(variableErrors.required(`${name} is required in input form`));
    if (value !== null && !isMapping(value)) return failed(variableErrors.invalid(`${name} must be a JSON object`));
  }
  return undefined;
}

function set(outputs: Record<string, Value>, name: string, value: Value | undefined): void {
  if (value !== undefined) outputs[name] = value;
}
