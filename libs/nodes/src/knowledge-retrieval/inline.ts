import type { Lookup, StepResult } from '@tenon/engine';
import { knowledgeErrors } from '../run/errors.js';
import { failed } from '../run/failure.js';
import type { RetrievalInstruction } from './definition.js';

/** Fails: there is no knowledge base to search. A step that searches with nothing has no outputs and succeeds. */
export function inline({ query, attachment }: RetrievalInstruction, lookup: Lookup): StepResult {
  if (!query && !attachment) return { ok: true, outputs: {} };
  const asked = query ? (lookup(query) ?? null) : null;
  if (asked !== null && typeof asked !== 'string')
    return failed(knowledgeErrors.invalidQuery('Query variable is not string type.'));
  return failed(knowledgeErrors.missing('There is no knowledge base yet, so nothing can be searched.'));
}
