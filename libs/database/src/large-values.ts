import { defineErrors, type ValueRef } from '@tenon/base';
import { answerParts, toText, type Value } from '@tenon/engine';
import type { ObjectStore } from '@tenon/ports';

/** Most that an answer may take, in bytes of its large parts. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024;

const errors = defineErrors('value', { tooLarge: 'invalid' });

/** Fetches the value behind a reference. @throws object.missing, object.unavailable */
export async function readLargeValue(objects: ObjectStore, { $ref }: ValueRef): Promise<Value> {
  return JSON.parse(new TextDecoder().decode(await objects.get($ref.key))) as Value;
}

/**
 * The whole text of a run's answer, whatever of it lies in the object store.
 * @throws value.tooLarge, object.missing, object.unavailable
 */
export async function readAnswer(objects: ObjectStore, answer: Value): Promise<string> {
  const parts = answerParts(answer);
  const bytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part.$ref.sizeBytes), 0);
  if (bytes > ANSWER_LIMIT_BYTES)
    throw errors.tooLarge(`The answer has ${bytes} bytes; at most ${ANSWER_LIMIT_BYTES} are shown at once.`);
  const texts = parts.map(async (part) =>
    typeof part === 'string' ? part : toText(await readLargeValue(objects, part)),
  );
  return (await Promise.all(texts)).join('');
}
