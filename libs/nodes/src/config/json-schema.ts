import { isJsonObject, type Json } from '@tenon/base';
import type { ConfigIssue, DataPath } from '@tenon/compiler';
import { decode, parseJsonText, type Value } from '@tenon/engine';
import { z } from 'zod';

const typeName = z.enum(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);
const count = z.number().int().nonnegative();
const names = z.array(z.string());

/** The keywords of JSON Schema draft 7; a schema may also be true or false. */
const schema: z.ZodType = z.lazy(() => z.preprocess((value) => (typeof value === 'boolean' ? {} : value), keywords));
const schemas = z.array(schema).min(1);
const members = z.record(z.string(), schema);
const keywords = z
  .object({
    $ref: z.string().refine((reference) => reference.startsWith('#'), 'A schema can only refer to parts of itself.'),
    type: z.union([typeName, z.array(typeName).min(1)]),
    enum: z.array(z.any()),
    multipleOf: z.number().positive(),
    maximum: z.number(),
    exclusiveMaximum: z.number(),
    minimum: z.number(),
    exclusiveMinimum: z.number(),
    maxLength: count,
    minLength: count,
    pattern: z.string().superRefine(checkPattern),
    items: z.union([schema, schemas]),
    additionalItems: schema,
    maxItems: count,
    minItems: count,
    uniqueItems: z.boolean(),
    contains: schema,
    maxProperties: count,
    minProperties: count,
    required: names,
    properties: members,
    patternProperties: members.superRefine((patterns, context) => {
      for (const pattern of Object.keys(patterns)) checkPattern(pattern, context);
    }),
    additionalProperties: schema,
    dependencies: z.record(z.string(), z.union([schema, names])),
    propertyNames: schema,
    if: schema,
    then: schema,
    else: schema,
    allOf: schemas,
    anyOf: schemas,
    oneOf: schemas,
    not: schema,
    definitions: members,
    $defs: members,
  })
  .partial();

// Schemas are checked with an engine that takes linear time whatever the pattern, which rules these two out.
const BACKTRACKING = /\(\?<?[=!]|\\[1-9]|\\k</;

function checkPattern(pattern: string, context: z.RefinementCtx): void {
  try {
    new RegExp(pattern, 'u');
  } catch {
    context.addIssue({ code: 'custom', message: `"${pattern}" is not a regular expression.` });
    return;
  }
  if (BACKTRACKING.test(pattern))
    context.addIssue({ code: 'custom', message: `"${pattern}" looks around or back, which patterns here cannot.` });
}

/** What is wrong with a JSON Schema of draft 7 that stands at `path` of a node's settings. */
export function schemaIssues(value: Value, ...path: DataPath): ConfigIssue[] {
  const plain = decode(value);
  const at = (where: readonly PropertyKey[], message: string): ConfigIssue => ({
    severity: 'error',
    code: 'node.invalidSchema',
    path: [...path, ...where.map((part) => (typeof part === 'number' ? part : String(part)))],
    message,
  });
  if (!isJsonObject(plain)) return [at([], 'A JSON schema must be a mapping.')];
  const { error } = schema.safeParse(plain);
  return (error?.issues ?? []).map((issue) => at(issue.path, issue.message));
}

/** A schema as settings hold it: a mapping, its JSON text, or empty or null for none. */
export const optionalSchema = z
  .custom<Json>((value) => value === undefined || value === null || isJsonObject(value) || typeof value === 'string')
  .optional()
  .transform((written, context): Json => {
    if (typeof written !== 'string') return written ?? null;
    if (written.trim() === '') return null;
    try {
      return parseJsonText(written);
    } catch {
      context.addIssue({ code: 'custom', message: 'The JSON schema is not valid JSON.' });
      return z.NEVER;
    }
  });
