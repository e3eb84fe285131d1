import { defineErrors } from '@tenon/base';

/**
 * Failures of taking in, compiling or printing a definition. What is wrong in a definition stands in its issues, beside
 * `unreadable` and `hasErrors`; the others say that nobody could find out.
 */
export const definitionErrors = defineErrors('definition', {
  unreadable: 'invalid',
  hasErrors: 'invalid',
  tooSlow: 'invalid',
  tooLarge: 'invalid',
  busy: 'limited',
});
