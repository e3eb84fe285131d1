import { fillTemplate, isFileValue, toMarkdown, type Lookup, type StepResult, type Value } from '@tenon/engine';
import { expectedFailure } from '../run/failure.js';
import type { AnswerInstruction } from './definition.js';

/** The text with values in their markdown form, and the files among those values. */
export function inline({ segments }: AnswerInstruction, lookup: Lookup): StepResult {
  const values = segments.flatMap((segment) => ('selector' in segment ? [lookup(segment.selector)] : []));
  try {
    const answer = fillTemplate(segments, lookup, toMarkdown);
    return { ok: true, outputs: { answer, files: values.flatMap(filesIn) } };
  } catch (error) {
    return expectedFailure(error);
  }
}

function filesIn(value: Value | undefined): readonly Value[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.every(isFileValue) ? value : [];
  return isFileValue(value) ? [value] : [];
}
