import { defineErrors, isJsonObject, type Json } from '@tenon/base';
import { pathText } from './issue.js';

const errors = defineErrors('edit', { pathMissing: 'invalid', unsafeName: 'invalid' });

/**
 * Sets the key of a mapping or the element of a list at `path`, which must not be empty; a key without value is
 * removed. `before` is what stood there.
 * @throws edit.pathMissing where nothing can stand, edit.unsafeName
 */
export function patchAt(
  value: Json,
  path: readonly (string | number)[],
  next: Json | undefined,
  depth = 0,
): { readonly value: Json; readonly before: Json | undefined } {
  const part = path[depth];
  const missing = () => errors.pathMissing(`There is no place "${pathText(path)}" to set.`);
  if (part === undefined) throw missing();
  if (part === '__proto__') throw errors.unsafeName('The key "__proto__" is not allowed.');
  const isLast = depth === path.length - 1;
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    const item = typeof part === 'number' ? list[part] : undefined;
    if (item === undefined || (isLast && next === undefined)) throw missing();
    const inner = isLast ? { value: next as Json, before: item } : patchAt(item, path, next, depth + 1);
    return { value: list.with(part as number, inner.value), before: inner.before };
  }
  if (!isJsonObject(value) || typeof part !== 'string') throw missing();
  const member = Object.hasOwn(value, part) ? value[part] : undefined;
  if (isLast) {
    const others = Object.entries(value).filter(([key]) => key !== part);
    return { value: next === undefined ? Object.fromEntries(others) : { ...value, [part]: next }, before: member };
  }
  if (member === undefined) throw missing();
  const inner = patchAt(member, path, next, depth + 1);
  return { value: { ...value, [part]: inner.value }, before: inner.before };
}
