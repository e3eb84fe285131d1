import { isJsonObject, type Json } from '@tenon/base';
import { writtenForms } from '@tenon/ports';

/** What stands in the place of a secret. */
export const MASK = '********';

/** Shorter ones are words that anybody may say by themselves: hiding them would spoil an answer and tell the secret. */
const LEAST_CHARACTERS = 8;

/** The secrets that are hidden in what the other side answers and a flow goes on with. */
export function longSecrets(secrets: readonly string[]): readonly string[] {
  return secrets.filter(({ length }) => length >= LEAST_CHARACTERS);
}

/**
 * Hides secrets in what people will read, also where an address, a form, JSON or base64 has written them in its own way.
 */
export function hideSecrets<T extends Json>(value: T, secrets: readonly string[]): T {
  const forms = formsOf(secrets);
  return forms.length === 0 ? value : (hide(value, forms) as T);
}

/** The same for what is kept for people only, where a long text may be cut: no secret begins before its `…` either. */
export function hideInShown<T extends Json>(value: T, secrets: readonly string[]): T {
  const forms = formsOf(secrets);
  return forms.length === 0 ? value : (hide(value, forms, withoutCutSecrets) as T);
}

/** Hides secrets in a text that comes in pieces, also one that is cut by the end of a piece. */
export class TextMask {
  readonly #forms: readonly string[];
  #held = '';

  constructor(secrets: readonly string[]) {
    this.#forms = formsOf(secrets);
  }

  /** What can be shown by now: an end that may be the beginning of a secret is held back. */
  push(text: string): string {
    let rest = this.#held + text;
    let shown = '';
    for (;;) {
      const start = firstOf(this.#forms.map((form) => startOf(form, rest)));
      shown += rest.slice(0, start);
      rest = rest.slice(start);
      if (rest === '' || this.#forms.some((form) => form.length > rest.length && form.startsWith(rest))) break;
      // the longest comes first
      const form = this.#forms.find((each) => rest.startsWith(each)) as string;
      shown += MASK;
      rest = rest.slice(form.length);
    }
    this.#held = rest;
    return shown;
  }

  /** What was held back, when nothing follows. */
  end(): string {
    const rest = withoutWholeSecrets(this.#held, this.#forms);
    this.#held = '';
    return rest;
  }
}

/** Where `form` begins in `text`, or may begin because the text ends within it; its length when it does not. */
function startOf(form: string, text: string): number {
  const whole = text.indexOf(form);
  return whole >= 0 ? whole : startAtEnd(form, text);
}

/** Where `form` may begin because the text ends within it; its length when it does not. */
function startAtEnd(form: string, text: string): number {
  const first = form[0] as string;
  for (let at = text.indexOf(first, Math.max(0, text.length - form.length)); at >= 0; at = text.indexOf(first, at + 1))
    if (form.startsWith(text.slice(at))) return at;
  return text.length;
}

const firstOf = (places: readonly number[]) => Math.min(...places);

/** Every form in which one of the secrets may be written, the longest first, so that no part of one is left over. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = new Set(secrets.filter((secret) => secret !== '').flatMap(writtenForms));
  return [...forms].sort((a, b) => b.length - a.length);
}

type HideInText = (text: string, forms: readonly string[]) => string;

const withoutWholeSecrets: HideInText = (text, forms) =>
  forms.reduce((rest, form) => rest.replaceAll(form, MASK), text);

/** What stands for the rest of a text: at the end of all, or of its line or quote. */
const CUT = /…(?=["\n]|$)/;

const withoutCutSecrets: HideInText = (text, forms) => {
  const parts = text.split(CUT);
  const end = parts.pop();
  const starts = parts.map((part) => part.slice(0, firstOf(forms.map((form) => startAtEnd(form, part)))));
  return withoutWholeSecrets([...starts, end].join('…'), forms);
};

function hide(value: Json, forms: readonly string[], inText = withoutWholeSecrets): Json {
  if (typeof value === 'string') return inText(value, forms);
  if (Array.isArray(value)) return value.map((item: Json) => hide(item, forms, inText));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [inText(key, forms), hide(member, forms, inText)]),
  );
}
