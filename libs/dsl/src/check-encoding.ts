import {
  encodeFloat,
  encodeInteger,
  type EncodedNumber,
  isEncodedFloat,
  isEncodedInteger,
  isJsonObject,
  type Json,
  numberOf,
  numberText,
} from '@tenon/base';
import { isSecret } from '@tenon/engine';
import type { DocumentPath, Issue } from './issue.js';
import { MAX_DEPTH, MAX_VALUES, tooDeep, tooManyValues } from './text-limits.js';

/**
 * Checks a document that arrives as an encoded value: only tags for numbers may stand in it, and references to sealed
 * secrets as values of environment variables, so that nobody points at a stored value by hand. The first issue ends
 * the check.
 */
export function checkEncoding(document: Json): Issue | undefined {
  const open: { value: Json; path: DocumentPath }[] = [{ value: document, path: [] }];
  let count = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, path } = next;
    if (++count > MAX_VALUES) return tooManyValues();
    if (path.length > MAX_DEPTH) return { ...tooDeep(), path };
    if (typeof value === 'number' && !Number.isFinite(value)) return bad(path, 'A number has to be finite.');
    if (isEncodedFloat(value) || isEncodedInteger(value)) {
      if (!isCanonical(value)) return bad(path, 'This is not how a number is encoded.');
    } else if (isSecret(value) && isVariableValue(path)) continue;
    else if (Array.isArray(value))
      value.forEach((item: Json, index) => open.push({ value: item, path: [...path, index] }));
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value)) {
        if (key === '__proto__' || /^\$(?!\$)/.test(key))
          return bad([...path, key], `The key "${key}" is not allowed.`);
        open.push({ value: member, path: [...path, key] });
      }
  }
  return undefined;
}

function isVariableValue([section, list, , key]: DocumentPath): boolean {
  return section === 'workflow' && list === 'environment_variables' && key === 'value';
}

function isCanonical(value: { readonly $float: string } | { readonly $int: string }): boolean {
  const text = '$float' in value ? value.$float : value.$int;
  if ('$int' in value && !/^-?\d{1,1000}$/.test(text)) return false;
  const encoded: EncodedNumber = '$float' in value ? encodeFloat(numberOf(value)) : encodeInteger(BigInt(text));
  return typeof encoded === 'object' && numberText(encoded) === text;
}

function bad(path: DocumentPath, message: string): Issue {
  return { severity: 'error', code: 'definition.badEncoding', path, message };
}
