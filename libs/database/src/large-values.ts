import type { ValueRef } from '@tenon/base';
import { answerParts, toText, type Value } from '@tenon/engine';
import type { ObjectStore } from '@tenon/ports';

/** Fetches the value behind a reference. @throws object.missing, object.unavailable */
export async function readLargeValue(objects: ObjectStore, { $ref }: ValueRef): Promise<Value> {
  return JSON.parse(new TextDecoder().decode(await objects.get($ref.key))) as Value;
}

/** The whole text of a run's answer, whatever of it lies in the object store. @throws object.missing, object.unavailable */
export async function readAnswer(objects: ObjectStore, answer: Value): Promise<string> {
  const texts = answerParts(answer).map(async (part) =>
    typeof part === 'string' ? part : toText(await readLargeValue(objects, part)),
  );
  return (await Promise.all(texts)).join('');
}
