import { tabStore } from './stores.js';

/* What a tab remembers over a reload, and until a member signs out; as far as a browser has room for it. */

/** Undefined when it was never remembered. */
export function recall<Value>(name: string): Value | undefined {
  const text = tabStore.read(name);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined; // not of ours
  }
}

/** @param value  JSON; undefined is forgotten */
export function remember(name: string, value: unknown): void {
  tabStore.write(name, value === undefined ? undefined : JSON.stringify(value));
}
