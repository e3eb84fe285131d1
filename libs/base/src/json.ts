/** A JSON object. Interfaces, not type aliases, so that type-level recursion stops here. */
export interface JsonObject {
  readonly [key: string]: Json;
}
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is lazy, so recursion stops here
export interface JsonArray extends ReadonlyArray<Json> {}
/** Anything that survives `JSON.parse(JSON.stringify(x))` unchanged. */
export type Json = null | boolean | number | string | JsonArray | JsonObject;

/** True for a mapping: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The one text of a JSON value: keys in code-unit order, no white space. Equal values give equal text,
 * so a hash of it names the value (RFC 8785 without its number rules, which `JSON.stringify` already follows).
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isJsonObject(value)) {
    const entries = Object.keys(value).sort();
    return `{${entries.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Length of `value` as UTF-8 JSON text, in bytes: what a payload of it costs on the wire. */
export function jsonSizeBytes(value: Json): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // a surrogate pair is two units and four bytes: two more for the pair, counted one per half
    if (code >= 0xd800 && code <= 0xdfff) bytes += 1;
    else if (code > 0x7ff) bytes += 2;
    else if (code > 0x7f) bytes += 1;
  }
  return bytes;
}
