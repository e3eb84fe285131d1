import { defineErrors, isTenonError, type TenonError } from '@tenon/base';

/**
 * What a template can fail with. `invalid`: its text is not a template. `failed`: it cannot be rendered with these
 * inputs. `tooManySteps` and `tooLong`: it ran into a limit.
 */
export const templateErrors = defineErrors('template', {
  invalid: 'invalid',
  failed: 'invalid',
  tooManySteps: 'invalid',
  tooLong: 'invalid',
});

const NESTED_TOO_DEEPLY = 'the template is nested too deeply';

/** Stops the rendering because of what the template does with its values. */
export function fail(message: string): never {
  throw templateErrors.failed(message);
}

/** Stops the rendering because something calls itself, or nests, without an end in sight. */
export function failTooDeep(): never {
  return fail(NESTED_TOO_DEEPLY);
}

/** Stops the parsing at a line of the template, counted from 1. */
export function failInvalid(line: number, message: string): never {
  throw templateErrors.invalid(`Line ${line}: ${message}.`, { details: { line } });
}

/**
 * The error of a rendering, with the line of the statement that was at work. Errors that are not about the template
 * come back as they are.
 */
export function locateError(error: unknown, line: number): unknown {
  if (isTenonError(error) && error.code.startsWith('template.')) {
    if ('line' in error.details) return error;
    return makerOf(error)(`Line ${line}: ${error.message.replace(/\.$/, '')}.`, { details: { line } });
  }
  if (error instanceof RangeError) {
    return templateErrors.failed(`Line ${line}: ${NESTED_TOO_DEEPLY}.`, { details: { line }, cause: error });
  }
  return error;
}

function makerOf(error: TenonError): (typeof templateErrors)['failed'] {
  const reason = error.code.slice('template.'.length);
  return templateErrors[reason as keyof typeof templateErrors];
}
