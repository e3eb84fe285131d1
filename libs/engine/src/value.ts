import type { Json } from '@tenon/base';

/**
 * A value as it lies in pool, plan, messages and events: plain JSON, with these tagged objects for what JSON would
 * lose: `{ $float }` and `{ $int }` (see `@tenon/base` number.ts), `{ $ref }` for a large value in the object store
 * (value-ref.ts) and `{ $secret: name }` for a secret that only the activity which needs it may open. A user's own
 * key that starts with `$` carries one more `$`. `decode`, `parseJsonText` and `jsonText` are the only doors.
 */
export type Value = Json;

/** What a step gives: values by output name. */
export type Outputs = Readonly<Record<string, Value>>;

/** Names of value types as the app format writes them. */
export type ValueType =
  | 'string'
  | 'number'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'object'
  | 'secret'
  | 'file'
  | 'none'
  | 'any'
  | 'array[any]'
  | 'array[string]'
  | 'array[number]'
  | 'array[object]'
  | 'array[file]'
  | 'array[boolean]';
