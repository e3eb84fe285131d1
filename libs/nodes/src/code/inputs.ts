import { jsonText, type Lookup, type Value } from '@tenon/engine';
import type { NamedSelector } from '../config/selector.js';

/** The arguments of `main` as JSON text: raw values, null where one does not resolve. */
export function argumentsText(variables: readonly NamedSelector[], lookup: Lookup): string {
  const members = variables.map(
    (variable) => `${JSON.stringify(variable.name)}:${jsonText(valueOf(variable, lookup))}`,
  );
  return `{${members.join(',')}}`;
}

// A list of no files is null to the code; of an empty list only its declaration can tell that.
function valueOf({ selector, type }: NamedSelector, lookup: Lookup): Value {
  const value = (selector ? lookup(selector) : undefined) ?? null;
  if (!Array.isArray(value) || value.length > 0) return value;
  const isFiles = type === 'array[file]' || (selector?.[0] === 'sys' && selector[1] === 'files');
  return isFiles ? null : value;
}
