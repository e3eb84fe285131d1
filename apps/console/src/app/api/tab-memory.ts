/* What a tab remembers over a reload, and until a member signs out; as far as a browser has room for it. */

/** Undefined when it was never remembered, or there was no room. */
export function recall<Value>(name: string): Value | undefined {
  const text = sessionStorage.getItem(name);
  try {
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined; // not of ours
  }
}

/** @param value  JSON; undefined is forgotten */
export function remember(name: string, value: unknown): void {
  sessionStorage.removeItem(name);
  if (value === undefined) return;
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // there is no room for it, which the person who types need not mind
  }
}
