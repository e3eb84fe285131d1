import satisfies from 'spdx-satisfies';

/** Licences under which others may be used here: they ask for no more than that their texts and names are passed on. */
export const ALLOWED: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
];

/** Whether a licence, as an SPDX expression, can be met with those that are allowed. */
export function isAllowed(licence: string): boolean {
  try {
    return satisfies(licence, ALLOWED);
  } catch {
    return false; // it is no expression, such as "SEE LICENSE IN …"
  }
}
