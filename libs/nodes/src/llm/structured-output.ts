import type { JsonObject } from '@tenon/base';
import { decode, isMapping, type Value } from '@tenon/engine';
import { replyErrors } from '../run/errors.js';
import { extractObject } from '../run/json-extraction.js';
import type { SchemaCheck } from '../run/json-schema.js';
import { parseRepaired } from '../run/repaired-json.js';
import { withoutThoughts } from '../run/think-tags.js';

/**
 * The object in a reply that was to follow a schema. What a model wrote carelessly is repaired; what it could not
 * finish is not, since the rest would be invented.
 * @throws reply.schemaMissing, reply.schemaMismatch
 */
export function readStructuredOutput(text: string, check: SchemaCheck, finishReason: string | null): Value {
  const object = findObject(withoutThoughts(text).trim(), finishReason === 'length');
  const mismatch = check(decode(object));
  if (mismatch) throw replyErrors.schemaMismatch(`The structured output does not match its schema ${mismatch}.`);
  return object;
}

function findObject(text: string, isCut: boolean): JsonObject {
  const extracted = extractObject(text);
  if (extracted.found === 'object') return extracted.object;
  const why = isCut ? 'The reply was cut before its structured output ended.' : 'The reply has no structured output.';
  if (isCut || extracted.found !== 'broken') throw replyErrors.schemaMissing(why);
  const repaired = repair(text.slice(text.search(/[[{]/)));
  if (!isMapping(repaired)) throw replyErrors.schemaMissing(why);
  return repaired;
}

function repair(text: string): Value | undefined {
  try {
    return parseRepaired(text);
  } catch {
    return undefined; // beyond repair, which the caller says
  }
}
