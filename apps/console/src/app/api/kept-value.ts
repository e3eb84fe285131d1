import { isValueRef, type Json, type ValueRef } from '@tenon/base';
import { Problem } from './problem.js';

/** Where a large value is kept, and how it begins. */
export type KeptValue = ValueRef['$ref'];

const KEY = /^values\/[0-9a-f-]{36}\/[0-9a-f]{64}$/;

/** Where the value is, when only its beginning is here. What merely looks like it is a value. */
export function keptApart(value: Json): KeptValue | undefined {
  return isValueRef(value) && KEY.test(String(value.$ref.key)) ? value.$ref : undefined;
}

/** Fetches all of it. @throws Problem */
export async function fetchKept({ key }: KeptValue): Promise<Json> {
  const response = await fetch(`/files/${key}`);
  const content = (await response.json()) as Json;
  if (response.ok) return content;
  const { message, code } = content as { message?: string; code?: string };
  throw new Problem(message ?? '', code ?? 'api.unknown');
}
