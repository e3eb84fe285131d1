import type { ValueType } from '@tenon/engine';
import { z } from 'zod';

const types: readonly ValueType[] = [
  'string',
  'number',
  'integer',
  'float',
  'boolean',
  'object',
  'secret',
  'file',
  'none',
  'any',
  'array[any]',
  'array[string]',
  'array[number]',
  'array[object]',
  'array[file]',
  'array[boolean]',
];

/** A type an author noted for people; what is not a type of ours is `any`. */
export const declaredType = z
  .string()
  .nullish()
  .transform((name): ValueType => types.find((type) => type === name) ?? 'any');
