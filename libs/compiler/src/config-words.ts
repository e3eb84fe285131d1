import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'text',
};
/** Of a list of options, so many are named. */
const SHOWN_OPTIONS = 20;

/**
 * Says in our words what a setting has to be, for the schemas that do not say it themselves.
 * @returns undefined for rules that have no words here
 */
export const configWords: z.core.$ZodErrorMap = (issue) => {
  const wanted = wantedBy(issue);
  if (wanted === undefined) return undefined;
  if (issue.input === undefined) return `${wanted} is needed here, and it is missing.`;
  const given = kindOf(issue.input);
  // what was given is not repeated: it may be a secret
  return issue.code === 'invalid_value' && given === 'text'
    ? `${wanted} is needed here.`
    : `${wanted} is needed here, not ${given}.`;
};

function wantedBy(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return KINDS[issue.expected];
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code !== 'invalid_union') return undefined;
  const kinds = issue.errors.map(([first]) => first && first.path.length === 0 && kindWantedBy(first));
  return kinds.length > 0 && kinds.every((kind) => typeof kind === 'string')
    ? [...new Set(kinds)].join(' or ')
    : undefined;
}

function kindWantedBy(issue: z.core.$ZodIssue): string | undefined {
  return issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined;
}

function oneOf(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_OPTIONS).map((value) => `"${value}"`);
  const more = values.length > shown.length ? ', …' : '';
  return shown.length === 1 ? `${shown[0]}` : `one of ${shown.join(', ')}${more}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'object' ? 'a mapping' : typeof value === 'string' ? 'text' : 'a number';
}
