import { defineErrors, isValueRef, jsonSizeBytes, MAX_VALUE_BYTES, VALUE_LIMIT_BYTES } from '@tenon/base';
import type { JsonObject, TeamId } from '@tenon/base';
import { readLargeValue } from '@tenon/database';
import { holdsReference, isSecret, tooLarge, toText, walk, type Inputs, type Outputs, type Value } from '@tenon/engine';
import type { ObjectStore, SecretStore } from '@tenon/ports';
import { createHash } from 'node:crypto';

/** Most that a step's outputs may take together in workflow state, in bytes; the driver counts on it. */
const OUTPUTS_LIMIT_BYTES = VALUE_LIMIT_BYTES;
const PREVIEW_CHARACTERS = 500;
/** Most that the large values which one step reads may take together; one alone is read whatever its size. */
const OPENED_LIMIT_BYTES = 32 * 1024 * 1024;

const errors = defineErrors('step', { inputsTooLarge: 'invalid' });

/** Inputs with everything in them opened, and the secrets that were: nothing recorded may contain one. */
export interface OpenedInputs {
  readonly inputs: Inputs;
  readonly secrets: readonly string[];
}

/**
 * Bytes of the large values that inputs refer to, as often as they do.
 * @throws step.inputsTooLarge when they are too many for one step
 */
export function largeBytesOf(inputs: Inputs): number {
  const sizes: number[] = [];
  const look = (value: Value): void => {
    if (!holdsReference(value)) return;
    if (isValueRef(value)) sizes.push(value.$ref.sizeBytes);
    else if (!isSecret(value)) Object.values(value as JsonObject).forEach(look);
  };
  Object.values(inputs).forEach(look);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length > 1 && total > OPENED_LIMIT_BYTES)
    throw errors.inputsTooLarge(
      `The step reads ${total} bytes of values at once; at most ${OPENED_LIMIT_BYTES} fit. Read fewer or smaller values.`,
    );
  return total;
}

/**
 * Fetches large values and opens secrets. The path that a selector has beyond its variable is walked here when the
 * variable was a reference.
 */
export async function openInputs(
  teamId: TeamId,
  inputs: Inputs,
  stores: { readonly objects: ObjectStore; readonly secrets: SecretStore },
): Promise<OpenedInputs> {
  const secrets: string[] = [];
  const open = async (value: Value): Promise<Value> => {
    if (!holdsReference(value)) return value;
    if (isValueRef(value)) return readLargeValue(stores.objects, value);
    if (isSecret(value)) {
      const plain = await stores.secrets.open(teamId, value.$secret);
      if (plain) secrets.push(plain);
      return plain;
    }
    if (Array.isArray(value)) return Promise.all(value.map(open));
    const entries = Object.entries(value as JsonObject);
    return Object.fromEntries(await Promise.all(entries.map(async ([key, item]) => [key, await open(item)] as const)));
  };
  const entries = await Promise.all(
    Object.entries(inputs).map(async ([key, value]): Promise<[string, Value | undefined]> => {
      const opened = await open(value);
      return [key, isValueRef(value) ? walk(opened, key.split('.').slice(2)) : opened];
    }),
  );
  const resolved = entries.filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return { inputs: Object.fromEntries(resolved), secrets };
}

/**
 * Puts values that are too large for workflow state into the object store and leaves references; largest first.
 * @throws value.tooLarge
 */
export async function storeLargeValues(teamId: TeamId, outputs: Outputs, objects: ObjectStore): Promise<Outputs> {
  const sized = Object.entries(outputs)
    .map(([name, value]) => ({ name, value, sizeBytes: sizeOf(name, value) }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  let total = sized.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const stored: Record<string, Value> = { ...outputs };
  for (const { name, value, sizeBytes } of sized) {
    if (total <= OUTPUTS_LIMIT_BYTES) break;
    stored[name] = await storeValue(teamId, value, sizeBytes, objects);
    total -= sizeBytes;
  }
  return stored;
}

/** @throws value.tooLarge */
function sizeOf(name: string, value: Value): number {
  let sizeBytes = Infinity;
  try {
    if (typeof value !== 'string' || value.length <= MAX_VALUE_BYTES) sizeBytes = jsonSizeBytes(value);
  } catch (error) {
    // no text of JavaScript is that long
    if (!(error instanceof RangeError)) throw error;
  }
  if (sizeBytes > MAX_VALUE_BYTES) throw tooLarge(`The output "${name}"`);
  return sizeBytes;
}

async function storeValue(teamId: TeamId, value: Value, sizeBytes: number, objects: ObjectStore): Promise<Value> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const key = `values/${teamId}/${createHash('sha256').update(bytes).digest('hex')}`;
  if (!(await objects.renew(key))) await objects.put(key, bytes, 'application/json');
  const preview = toText(value).slice(0, PREVIEW_CHARACTERS);
  return { $ref: { key, sizeBytes, mediaType: 'application/json', preview } };
}
