import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { cliErrors } from '../errors.js';
import { readText } from './read-text.js';
import type { StartField } from './start-form.js';

/** One `--input name=value` whose value is text still. */
export interface GivenInput {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads `--input` arguments: `name=value`; `name=@file` takes the text of a file, `name=@-` of standard input, and
 * `name=@@…` a value that begins with @.
 * @throws cli.usage
 */
export async function readGivenInputs(args: readonly string[]): Promise<GivenInput[]> {
  const inputs: GivenInput[] = [];
  for (const argument of args) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(argument) ?? [];
    if (name === undefined || value === undefined)
      throw cliErrors.usage(`--input ${argument}: write it as name=value, or name=@file for the text of a file.`);
    if (inputs.some((input) => input.name === name))
      throw cliErrors.usage(`--input ${name} is given twice: give each input once.`);
    const text = value.startsWith('@@')
      ? value.slice(1)
      : value.startsWith('@')
        ? await readText(value.slice(1))
        : value;
    inputs.push({ name, text });
  }
  return inputs;
}

/** Types whose values are the text itself. Numbers are too: the API reads numerals exactly, and refuses other text. */
const AS_TEXT = new Set(['text-input', 'paragraph', 'select', 'number', 'checkbox', 'external_data_tool']);
/** Types that cannot be anything but JSON. */
const AS_JSON = new Set(['json_object', 'file', 'file-list']);

/**
 * Fits given inputs to the start form: JSON where a field asks for more than text. A name that is no field is refused:
 * it would be ignored otherwise, and a slip of the pen with it.
 * @param fields  undefined when the form is not known; every value is text then
 * @throws cli.usage
 */
export function fitInputs(given: readonly GivenInput[], fields: readonly StartField[] | undefined): JsonObject {
  const entries = given.map(({ name, text }): [string, Json] => {
    if (!fields) return [name, text];
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw cliErrors.usage(`--input ${name}: ${sayFields(fields)}`);
    return [name, fitValue(field, text)];
  });
  return Object.fromEntries(entries);
}

function fitValue({ name, type }: StartField, text: string): Json {
  if (AS_TEXT.has(type)) return text;
  const value = parseJson(text);
  if (!AS_JSON.has(type)) return value === undefined ? text : value;
  if (value === undefined || (type === 'json_object' && !isJsonObject(value)))
    throw cliErrors.usage(`--input ${name} takes a JSON object, such as '{"key": "value"}'.`);
  return value;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function sayFields(fields: readonly StartField[]): string {
  if (fields.length === 0) return 'the app takes no inputs.';
  const names = fields.map(({ name, type, isRequired }) => `${name} (${type}${isRequired ? ', required' : ''})`);
  return `the app has no such input; it has ${names.join(', ')}.`;
}
