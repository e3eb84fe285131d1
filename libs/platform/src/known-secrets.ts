import { writtenForms } from '@tenon/ports';

/** Shorter ones are parts of too much that is no secret. */
const LEAST_CHARACTERS = 6;
/** Each line is searched for all of them. */
const MAX_KNOWN = 256;

/** The forms of each secret that this process has seen; the one that was seen longest ago comes first. */
const known = new Map<string, readonly string[]>();
let forms: readonly string[] = [];

/** Whatever this process says from now on does not contain the secret, in no form in which it may be written. */
export function rememberSecret(secret: string): void {
  if (secret.length < LEAST_CHARACTERS) return;
  const before = known.get(secret);
  known.delete(secret);
  known.set(secret, before ?? writtenForms(secret));
  if (before) return;
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  forms = [...known.values()].flat().sort((a, b) => b.length - a.length);
}

/** All forms of all secrets that are known, the longest first, so that no part of one is left over. */
export function knownForms(): readonly string[] {
  return forms;
}
