import { isTenonError } from '@tenon/base';
import type { Lookup } from '@tenon/engine';
import { renderTemplate, type RenderLimits } from '@tenon/jinja';
import type { NamedSelector } from '../config/selector.js';
import { stepErrors } from './errors.js';

/**
 * Renders a Jinja2 template with the raw values of `variables`; what does not resolve is null.
 * @throws step.outOfFuel after `limits.maxSteps`, template.*
 */
export function renderJinja(
  template: string,
  variables: readonly NamedSelector[],
  lookup: Lookup,
  limits: RenderLimits,
): string {
  const inputs = Object.fromEntries(
    variables.map(({ name, selector }) => [name, (selector ? lookup(selector) : undefined) ?? null]),
  );
  try {
    return renderTemplate(template, inputs, limits);
  } catch (error) {
    // the same template may well end where there is more time, so this is not yet a failure of the step
    if (isTenonError(error) && error.code === 'template.tooManySteps')
      throw stepErrors.outOfFuel(error.message, { cause: error, details: error.details });
    throw error;
  }
}
