import { writtenForms } from '@tenon/ports';

/** Shorter ones are parts of too much that is no secret. */
const LEAST_CHARACTERS = 6;
/** Each line is searched for all of them; those of the settings come on top. */
const MAX_OPENED = 256;

/** The forms of the secrets of the settings, which are never forgotten. */
const pinned = new Map<string, readonly string[]>();
/** The forms of each other secret that this process has seen; the one that was seen longest ago comes first. */
const opened = new Map<string, readonly string[]>();
let forms: readonly string[] = [];

/** Whatever this process says from now on does not contain the secret, in no form in which it may be written. */
export function rememberSecret(secret: string): void {
  if (secret.length < LEAST_CHARACTERS || pinned.has(secret)) return;
  const before = opened.get(secret);
  opened.delete(secret);
  opened.set(secret, before ?? writtenForms(secret));
  if (before) return;
  const [oldest] = opened.keys();
  if (opened.size > MAX_OPENED && oldest !== undefined) opened.delete(oldest);
  collectForms();
}

/** The same for a secret that the process itself lives on, however many others it sees. */
export function pinSecret(secret: string): void {
  if (secret.length < LEAST_CHARACTERS || pinned.has(secret)) return;
  opened.delete(secret);
  pinned.set(secret, writtenForms(secret));
  collectForms();
}

function collectForms(): void {
  forms = [...pinned.values(), ...opened.values()].flat().sort((a, b) => b.length - a.length);
}

/** All forms of all secrets that are known, the longest first, so that no part of one is left over. */
export function knownForms(): readonly string[] {
  return forms;
}
