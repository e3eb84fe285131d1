import { defineErrors } from '@tenon/base';
import type { Segment, Selector } from './plan.js';
import { selectorKey } from './reference.js';
import type { Lookup } from './step-result.js';
import { toText } from './text-form.js';
import type { Value } from './value.js';

/** Most characters that a text may come to. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

const errors = defineErrors('value', { tooLarge: 'invalid' });

const PLACEHOLDER = /\{\{#([A-Za-z0-9_]{1,50}(?:\.[A-Za-z_][A-Za-z0-9_]{0,29}){1,10})#\}\}/g;

/** Splits a text at its placeholders `{{#node.name.key#}}`. Whatever is not exactly of that form stays text. */
export function parseTemplate(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ selector: (match[1] as string).split('.') });
    end = match.index + match[0].length;
  }
  if (end < text.length) segments.push({ text: text.slice(end) });
  return segments;
}

/** The selectors of a text's placeholders in order, repeated ones too. */
export function selectorsIn(text: string): Selector[] {
  return parseTemplate(text).flatMap((segment) => ('selector' in segment ? [segment.selector] : []));
}

/** @throws value.tooLarge for more characters than a text may have */
export function checkTextLength(length: number): void {
  if (length > MAX_CHARACTERS)
    throw errors.tooLarge(
      `The text would be longer than ${MAX_CHARACTERS} characters: put fewer or smaller values into it.`,
    );
}

/**
 * The parts of a text joined; how long that is, is checked before.
 * @throws value.tooLarge
 */
export function joinText(parts: readonly string[], separator = ''): string {
  let length = separator.length * (parts.length - 1);
  for (const part of parts) length += part.length;
  checkTextLength(length);
  return parts.join(separator);
}

/**
 * The text with each placeholder replaced by its value in the given rendering. A placeholder that does not resolve
 * becomes the bare `node.name`.
 * @throws value.tooLarge when the text grows too long, and what `form` throws
 */
export function fillTemplate(
  template: string | readonly Segment[],
  lookup: Lookup,
  form: (value: Value) => string = toText,
): string {
  const segments = typeof template === 'string' ? parseTemplate(template) : template;
  let length = 0;
  const parts = segments.map((segment) => {
    const part = partOf(segment, lookup, form);
    length += part.length;
    checkTextLength(length);
    return part;
  });
  return parts.join('');
}

function partOf(segment: Segment, lookup: Lookup, form: (value: Value) => string): string {
  if ('text' in segment) return segment.text;
  const value = lookup(segment.selector);
  return value === undefined ? selectorKey(segment.selector) : form(value);
}
