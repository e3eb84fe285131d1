import { isJsonObject, type Json } from '@tenon/base';

/** What stands in the place of a secret. */
export const MASK = '********';

/**
 * Hides secrets in what people will read, also where an address, a form or JSON has written them in its own way.
 */
export function hideSecrets<T extends Json>(value: T, secrets: readonly string[]): T {
  const forms = secrets.filter((secret) => secret !== '').flatMap(writtenForms);
  // the longest first, so that no part of one is left beside the mask of another
  forms.sort((a, b) => b.length - a.length);
  return forms.length === 0 ? value : (hide(value, forms) as T);
}

// What the URL standard escapes in a query and in a path.
const IN_QUERY = /[^!$-&(-;=?-~]/gu;
const IN_PATH = /[^!$-;=@-\]_a-z|~]/gu;

function writtenForms(secret: string): string[] {
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
  const forms = [secret, JSON.stringify(secret).slice(1, -1), inForm, inForm.replaceAll('+', '%20')];
  return [...forms, secret.replace(IN_QUERY, percent), secret.replace(IN_PATH, percent)];
}

function percent(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function hide(value: Json, forms: readonly string[]): Json {
  if (typeof value === 'string') return forms.reduce((text, form) => text.replaceAll(form, MASK), value);
  if (Array.isArray(value)) return value.map((item: Json) => hide(item, forms));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [hide(key, forms) as string, hide(member, forms)]),
  );
}
