import type { Lookup, StepResult } from '@tenon/engine';
import { expectedFailure } from '../run/failure.js';
import { renderJinja } from '../run/jinja.js';
import type { TemplateInstruction } from './definition.js';

/** Longest text a template may give, in characters. */
const MAX_OUTPUT_CHARS = 400_000;

/** The rendered text; values that do not resolve are null to the template. */
export function inline({ template, variables }: TemplateInstruction, lookup: Lookup, fuel: number): StepResult {
  try {
    const limits = { maxSteps: fuel, maxOutputChars: MAX_OUTPUT_CHARS };
    return { ok: true, outputs: { output: renderJinja(template, variables, lookup, limits) } };
  } catch (error) {
    return expectedFailure(error);
  }
}
