/** What Postgres takes of a text: no NUL. (Half a surrogate pair is replaced on the way to UTF-8 by itself.) */
export function storableText(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

// An escaped backslash is taken whole, so that the letters after it are never read as an escape.
const ESCAPES =
  /\\(?:u0000|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;

/**
 * The JSON text of a value as Postgres takes it: it refuses NUL and half surrogate pairs, which any model, server or
 * person may send. NULs are left out, halves become U+FFFD.
 */
export function storableJson(value: unknown): string {
  return storableJsonText(JSON.stringify(value));
}

/** The same for what is JSON text already. */
export function storableJsonText(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replace(ESCAPES, (escape) => {
    if (escape === '\\u0000') return '';
    return escape.length === 6 && /^\\ud[89a-f]/i.test(escape) ? '\ufffd' : escape;
  });
}
