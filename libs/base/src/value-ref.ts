import { isJsonObject, type Json } from './json.js';

/** Values whose JSON is larger than this travel as a `ValueRef` (docs/adr: value refs). In bytes. */
export const VALUE_LIMIT_BYTES = 64 * 1024;

/** Most that one value may hold, as JSON in bytes. */
export const MAX_VALUE_BYTES = 50 * 1024 * 1024;

/** A pointer to a large value in the object store. `preview` is the start of its text, for people. */
export interface ValueRef {
  readonly $ref: {
    /** Key in the object store; content-addressed, so writing twice is harmless. */
    readonly key: string;
    readonly sizeBytes: number;
    readonly mediaType: string;
    readonly preview: string;
  };
}

/** True for an encoded value reference. */
export function isValueRef(value: Json | undefined): value is ValueRef & Json {
  return isJsonObject(value) && Object.keys(value).length === 1 && isJsonObject(value['$ref']);
}
