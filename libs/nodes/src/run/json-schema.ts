import type { Json } from '@tenon/base';
import { Ajv, type ErrorObject } from 'ajv';
import { RE2JS } from 're2js';
import { replyErrors } from './errors.js';

/** Why a plain value does not follow a schema, as `at $.a[0]: must be string`; undefined when it does. */
export type SchemaCheck = (value: Json) => string | undefined;

/** Patterns in linear time, whatever their author and the text come up with. */
const linearTime = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text: string) => compiled.matcher(text).find() };
  },
  { code: 'linearTime' },
);

/**
 * Reads a schema of draft 7. It can refer to its own parts only: nothing is fetched.
 * @throws reply.schemaInvalid
 */
export function compileSchema(schema: Json): SchemaCheck {
  const ajv = new Ajv({ strict: false, validateFormats: false, code: { regExp: linearTime }, logger: false });
  try {
    const validate = ajv.compile(withoutDialect(schema) as object);
    return (value) => (validate(value) ? undefined : describe(validate.errors ?? []));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw replyErrors.schemaInvalid(`The JSON schema cannot be used: ${reason}.`, { cause });
  }
}

/** Files name other dialects as well; what they have in common with draft 7 is what counts. */
function withoutDialect(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const { $schema: _dialect, ...rest } = schema as Record<string, Json>;
  return rest;
}

function describe([error]: ErrorObject[]): string {
  if (!error) return 'does not follow its schema';
  return `at ${jsonPath(error.instancePath)}: ${error.message ?? 'is not allowed'}`;
}

/** `/a/0/b c` as `$.a[0]["b c"]`. */
function jsonPath(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  const names = parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce((path, name) => {
    if (/^\d+$/.test(name)) return `${path}[${name}]`;
    return /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
  }, '$');
}
