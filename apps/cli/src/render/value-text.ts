import { isJsonObject, isValueRef, type Json, type JsonObject } from '@tenon/base';
import { describeBytes } from './quantity.js';

/** Text of a value for people: text as it is, a large value that is stored elsewhere by its start, all else as JSON. */
export function valueText(value: Json): string {
  if (typeof value === 'string') return value;
  if (isValueRef(value)) {
    const { preview, sizeBytes } = value.$ref;
    return `${preview}… (${describeBytes(sizeBytes)} in all)`;
  }
  const isFlat = !isJsonObject(value) && !Array.isArray(value);
  const text = JSON.stringify(value);
  return isFlat || text.length <= 80 ? text : JSON.stringify(value, undefined, 2);
}

/** `name: value`, one after another; values of several lines stand below their name, set in. */
export function namedValues(values: JsonObject, paintName: (name: string) => string = (name) => name): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const lines = valueText(value).replace(/\n$/, '').split('\n');
    return lines.length === 1
      ? [`${paintName(name)}: ${lines[0]}`]
      : [`${paintName(name)}:`, ...lines.map((line) => `  ${line}`)];
  });
}

/** Text in one line of at most `length` characters. */
export function oneLine(text: string, length: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const characters = [...flat.slice(0, 2 * length + 2)];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : flat;
}
