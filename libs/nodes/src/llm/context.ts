import { isMapping, jsonText, toText, type Value } from '@tenon/engine';
import { promptErrors } from '../run/errors.js';

/**
 * The text that stands for `{{#context#}}`: a text as it is, or the contents of found segments, a line each.
 * @throws prompt.invalidContext
 */
export function contextText(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.map(itemText).join('').trim();
}

function itemText(item: Value): string {
  if (typeof item === 'string') return `${item}\n`;
  if (!isMapping(item) || item['content'] === undefined)
    throw promptErrors.invalidContext(`Invalid context structure: ${jsonText(item).slice(0, 200)}`);
  const summary = item['summary'] ? `${toText(item['summary'])}\n` : '';
  return `${summary}${toText(item['content'])}\n`;
}
