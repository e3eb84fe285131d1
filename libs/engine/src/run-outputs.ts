import { isJsonObject, isValueRef, type Json, type ValueRef } from '@tenon/base';
import { pythonRepr } from './text-form.js';
import type { Outputs, Value } from './value.js';

/**
 * The outputs of a run after one more response step: `answer` is joined in the order of completion, any other key is
 * overwritten. An answer that was joined with a large one is `{ $parts }`: see `answerParts`.
 */
export function mergeOutputs(outputs: Outputs, added: Outputs): Outputs {
  const before = Object.hasOwn(outputs, 'answer') ? (outputs['answer'] as Value) : '';
  const after = Object.hasOwn(added, 'answer') ? (added['answer'] as Value) : undefined;
  const merged = { ...outputs, ...added };
  if (after === undefined || before === '' || before === null) return merged;
  const parts = [...answerParts(before), ...answerParts(after)].reduce<(string | ValueRef)[]>((joined, part) => {
    const last = joined.at(-1);
    if (typeof last !== 'string' || typeof part !== 'string') return [...joined, part];
    return [...joined.slice(0, -1), last + part];
  }, []);
  const [only] = parts;
  return { ...merged, answer: parts.length === 1 && typeof only === 'string' ? only : ({ $parts: parts } as Json) };
}

/** The pieces of a run's `answer` in order: texts, and large ones to be fetched by who may. Joined they are the answer. */
export function answerParts(answer: Value): readonly (string | ValueRef)[] {
  if (isJsonObject(answer) && Array.isArray(answer['$parts'])) return answer['$parts'] as (string | ValueRef)[];
  if (isValueRef(answer)) return [answer];
  if (answer === null) return [];
  return [typeof answer === 'string' ? answer : pythonRepr(answer)];
}
