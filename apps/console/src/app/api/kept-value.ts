import { isValueRef, type Json, type ValueRef } from '@tenon/base';
import type { Files } from './files.js';

/** Where a large value is kept, and how it begins. */
export type KeptValue = ValueRef['$ref'];

const KEY = /^values\/[0-9a-f-]{36}\/[0-9a-f]{64}$/;

/** Where the value is, when only its beginning is here. What merely looks like it is a value. */
export function keptApart(value: Json): KeptValue | undefined {
  return isValueRef(value) && KEY.test(String(value.$ref.key)) ? value.$ref : undefined;
}

/** All of it. @throws Problem */
export function fetchKept(files: Files, { key }: KeptValue): Promise<Json> {
  return files.json(`/files/${key}`) as Promise<Json>;
}
