import { isEncodedFloat, isEncodedInteger, isJsonObject, numberOf, type Json, type JsonObject } from '@tenon/base';
import { z } from 'zod';

/** Any JSON, kept as it stands. */
export const json = z.custom<Json>((value) => value !== undefined);

/** A mapping, kept as it stands. */
export const mapping = z.custom<JsonObject>(isJsonObject, 'Must be a mapping.');

/** Text that may be missing or null. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A switch that may be missing or null, which is off. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** A number as a document holds it, whole or not, or null where there is none. */
export const optionalNumber = z
  .custom<Json>((value) => value === undefined || isNumber(value as Json), 'Must be a number.')
  .optional()
  .transform((value) => (value === undefined || value === null ? null : numberOf(value as number)));

/** A list that may be missing or null, which is empty. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((items): z.output<T>[] => items ?? []);
}

function isNumber(value: Json): boolean {
  return value === null || typeof value === 'number' || isEncodedFloat(value) || isEncodedInteger(value);
}
