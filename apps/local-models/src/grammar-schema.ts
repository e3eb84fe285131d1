/**
 * Translates a JSON schema into the subset from which the runtime makes a grammar.
 *
 * G1 Every value that the result allows is valid under the schema. The result may allow fewer: all properties of an
 *    object are written, in the given order.
 * G2 What cannot be kept that way is refused with its path, never left out.
 */
import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { chatErrors } from './errors.js';

const MAX_DEPTH = 32;
/** References are written out, so a small schema can become a large one. */
const MAX_SCHEMAS = 1_000;
/** The runtime's grammar parser refuses longer repetitions. */
const MAX_REPETITIONS = 1_000;

const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
const keywords: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'format'],
  number: [],
  integer: [],
  boolean: [],
  null: [],
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
};
const formats = new Set(['date-time', 'date', 'time']);

/**
 * @returns a schema without references that the runtime understands
 * @throws  chat.unsupported_schema that names the place and the keyword
 */
export function toGrammarSchema(schema: Json): JsonObject {
  return new Translation(schema).translate(schema, '#', [], 0);
}

const anything = (): JsonObject => ({
  oneOf: [
    { type: ['string', 'number', 'boolean', 'null'] },
    { type: 'object', additionalProperties: true },
    { type: 'array' },
  ],
});

class Translation {
  private count = 0;

  constructor(private readonly root: Json) {}

  translate(schema: Json, path: string, references: readonly string[], depth: number): JsonObject {
    if (depth > MAX_DEPTH || ++this.count > MAX_SCHEMAS) throw refuse(path, 'is nested too deeply or too large');
    if (schema === true) return anything();
    if (!isJsonObject(schema)) throw refuse(path, 'must be an object');
    const below = (value: Json, step: string) => this.translate(value, `${path}/${step}`, references, depth + 1);
    const given = Object.keys(schema).filter((key) => !annotations.has(key));
    if (schema['$ref'] !== undefined) {
      assertOnly(given, ['$ref'], path);
      return this.follow(schema['$ref'], path, references, depth);
    }
    for (const union of ['anyOf', 'oneOf']) {
      const alternatives = schema[union];
      if (alternatives === undefined) continue;
      assertOnly(given, [union], path);
      if (!Array.isArray(alternatives) || alternatives.length === 0) throw refuse(path, `needs a list for ${union}`);
      return { oneOf: alternatives.map((item, index) => below(item as Json, `${union}/${index}`)) };
    }
    if (schema['const'] !== undefined || schema['enum'] !== undefined) return literal(schema, given, path);
    const types = typeList(schema['type'], given, path);
    assertOnly(given, ['type', ...types.flatMap((type) => keywords[type] as string[])], path);
    if (types.length === 0) return anything();
    const alternatives = types.map((type) => {
      if (type === 'object') return this.object(schema, path, below);
      if (type === 'array') return this.array(schema, path, below);
      return type === 'string' ? text(schema, path) : { type };
    });
    return alternatives.length === 1 ? (alternatives[0] as JsonObject) : { oneOf: alternatives };
  }

  private follow(reference: Json, path: string, references: readonly string[], depth: number): JsonObject {
    const [, section, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(String(reference)) ?? [];
    const definitions = isJsonObject(this.root) && section ? this.root[section] : undefined;
    const key = name && decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
    if (!key || !isJsonObject(definitions) || definitions[key] === undefined) {
      throw refuse(path, `refers to ${JSON.stringify(reference)}, which is not among the schema’s $defs`);
    }
    if (references.includes(key)) throw refuse(path, `refers to itself through ${JSON.stringify(reference)}`);
    return this.translate(definitions[key], `#/${section}/${name}`, [...references, key], depth + 1);
  }

  private object(schema: JsonObject, path: string, below: Below): JsonObject {
    const properties = schema['properties'] ?? {};
    if (!isJsonObject(properties)) throw refuse(path, 'needs an object for properties');
    const names = Object.keys(properties);
    const required = schema['required'] ?? [];
    if (!Array.isArray(required)) throw refuse(path, 'needs a list for required');
    const unknown = required.find((name) => !names.includes(name as string));
    if (unknown !== undefined) throw refuse(path, `requires ${JSON.stringify(unknown)}, which it does not describe`);
    const translated = names.map((name) => [name, below(properties[name] as Json, `properties/${name}`)]);
    // Further properties only where none is described: else one could be written again under a described name.
    const extra = schema['additionalProperties'] ?? true;
    const isFree = schema['properties'] === undefined && extra !== false;
    const additional = isFree && typeof extra !== 'boolean' ? below(extra, 'additionalProperties') : isFree;
    const least = count(schema, 'minProperties', path);
    const most = count(schema, 'maxProperties', path);
    if (isFree ? (least ?? 0) > (most ?? Infinity) : (least ?? 0) > names.length || (most ?? Infinity) < names.length) {
      throw refuse(path, `cannot have ${least ?? 0} to ${most ?? 'any number of'} properties`);
    }
    return {
      type: 'object',
      properties: Object.fromEntries(translated) as JsonObject,
      additionalProperties: additional,
      ...(isFree && least !== undefined ? { minProperties: least } : {}),
      ...(isFree && most !== undefined ? { maxProperties: most } : {}),
    };
  }

  private array(schema: JsonObject, path: string, below: Below): JsonObject {
    const prefix = schema['prefixItems'] ?? [];
    if (!Array.isArray(prefix)) throw refuse(path, 'needs a list for prefixItems');
    const least = count(schema, 'minItems', path);
    const most = schema['items'] === false ? prefix.length : count(schema, 'maxItems', path);
    if (most !== undefined && most < Math.max(prefix.length, least ?? 0)) {
      throw refuse(path, `cannot have at most ${most} items`);
    }
    const items = schema['items'];
    return {
      type: 'array',
      ...(items !== undefined && items !== false ? { items: below(items, 'items') } : {}),
      ...(prefix.length > 0
        ? { prefixItems: prefix.map((item, index) => below(item as Json, `prefixItems/${index}`)) }
        : {}),
      ...(least !== undefined ? { minItems: least } : {}),
      ...(most !== undefined ? { maxItems: most } : {}),
    };
  }
}

type Below = (value: Json, step: string) => JsonObject;

function literal(schema: JsonObject, given: readonly string[], path: string): JsonObject {
  assertOnly(given, ['type', 'enum', 'const'], path);
  const types = typeList(schema['type'], given, path);
  const listed = schema['enum'] ?? [schema['const'] as Json];
  if (!Array.isArray(listed)) throw refuse(path, 'needs a list for enum');
  const allowed = (listed as readonly Json[]).filter(
    (value) =>
      (schema['const'] === undefined || value === schema['const']) &&
      (types.length === 0 || types.some((type) => isOfType(value, type))),
  );
  if (allowed.some((value) => typeof value === 'object' && value !== null)) {
    throw refuse(path, 'may only list texts, numbers, booleans and null');
  }
  if (allowed.length === 0) throw refuse(path, 'allows no value at all');
  return { enum: allowed };
}

function text(schema: JsonObject, path: string): JsonObject {
  const least = count(schema, 'minLength', path);
  const most = count(schema, 'maxLength', path);
  const format = schema['format'];
  if (format === undefined) {
    if (most !== undefined && most < (least ?? 0)) throw refuse(path, 'has a maxLength below its minLength');
    return {
      type: 'string',
      ...(least !== undefined ? { minLength: least } : {}),
      ...(most !== undefined ? { maxLength: most } : {}),
    };
  }
  if (!formats.has(format as string)) throw refuse(path, `asks for the format ${JSON.stringify(format)}`);
  if (least !== undefined || most !== undefined) throw refuse(path, 'has both a format and a length');
  return { type: 'string', format };
}

/** The schema's types; without one, those that its keywords speak of. */
function typeList(type: Json | undefined, given: readonly string[], path: string): string[] {
  if (type === undefined) {
    return Object.keys(keywords).filter((name) => keywords[name]?.some((keyword) => given.includes(keyword)));
  }
  const types = (Array.isArray(type) ? type : [type]) as Json[];
  const unknown = types.find((name) => typeof name !== 'string' || !Object.hasOwn(keywords, name));
  if (unknown !== undefined) throw refuse(path, `has the unknown type ${JSON.stringify(unknown)}`);
  return types as string[];
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  return typeof value === type;
}

function count(schema: JsonObject, keyword: string, path: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < 0) throw refuse(path, `needs a whole number for ${keyword}`);
  if ((value as number) > MAX_REPETITIONS) throw refuse(path, `asks for ${keyword} above ${MAX_REPETITIONS}`);
  return value as number;
}

function assertOnly(given: readonly string[], allowed: readonly string[], path: string): void {
  const other = given.find((key) => !allowed.includes(key));
  if (other !== undefined) throw refuse(path, `uses "${other}", which local models cannot be held to`);
}

function refuse(path: string, problem: string) {
  return chatErrors.unsupported_schema(`The schema at ${path} ${problem}.`, { details: { path } });
}
