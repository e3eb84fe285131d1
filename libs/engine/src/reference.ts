import { isValueRef } from '@tenon/base';
import { fileAttribute, isFileValue } from './file.js';
import type { Selector } from './plan.js';
import type { Pool } from './state.js';
import type { Inputs, Lookup } from './step-result.js';
import { findIn } from './table.js';
import { holdsReference, isMapping, storedKey, type Value } from './value.js';

/** The text under which a selector's value stands in `Inputs`. */
export const selectorKey = (selector: Selector): string => selector.join('.');

/**
 * The value a selector leads to: `[namespace, name]` names a stored variable, further parts walk into it.
 * Undefined when it does not resolve; null is a value. A large value is not opened, so nothing lies inside it.
 */
export function resolve(pool: Pool, selector: Selector): Value | undefined {
  const variable = findVariable(pool, selector);
  return variable === undefined ? undefined : walk(variable, selector.slice(2));
}

function findVariable(pool: Pool, selector: Selector): Value | undefined {
  const [namespace, name] = selector;
  if (namespace === undefined || name === undefined) return undefined;
  const outputs = findIn(pool, namespace);
  return outputs !== undefined && Object.hasOwn(outputs, name) ? outputs[name] : undefined;
}

/**
 * Goes from `value`, a stored variable, along the keys in `path`; each step must be a mapping that has the key. Lists
 * have no paths. A file has its attributes, and what follows one is ignored; a file inside a mapping has no paths.
 */
export function walk(value: Value, path: readonly string[]): Value | undefined {
  if (path[0] !== undefined && isFileValue(value)) return fileAttribute(value, path[0]);
  let current = value;
  for (const part of path) {
    const key = storedKey(part);
    if (!isMapping(current) || isFileValue(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key] as Value;
  }
  return current;
}

/**
 * The values of `reads` by `selectorKey`; those that do not resolve are absent. A stored variable that is a value
 * reference stands under the full key as the reference: who opens it walks the parts after the second.
 */
export function collectInputs(pool: Pool, reads: readonly Selector[]): Inputs {
  const entries: [string, Value][] = [];
  for (const selector of reads) {
    const variable = findVariable(pool, selector);
    if (variable === undefined) continue;
    const value = isValueRef(variable) ? variable : walk(variable, selector.slice(2));
    if (value !== undefined) entries.push([selectorKey(selector), value]);
  }
  return Object.fromEntries(entries);
}

/** A `Lookup` over collected inputs: exactly the selectors that were collected resolve. */
export function lookupIn(inputs: Inputs): Lookup {
  return (selector) => {
    const key = selectorKey(selector);
    return Object.hasOwn(inputs, key) ? inputs[key] : undefined;
  };
}

/** Is a secret or a value reference among the inputs, so that a pure function cannot work on them as they are? */
export function needsOutside(inputs: Inputs): boolean {
  return Object.values(inputs).some(holdsReference);
}
