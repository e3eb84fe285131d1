import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { cliErrors } from '../errors.js';
import { readBytes, textOf } from './read-text.js';
import type { StartField } from './start-form.js';

/** One `--input`: `name=value`, whose value is text still, or `name=@file`, whose bytes may be a text or a file to send. */
export type GivenInput =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly file: string; readonly bytes: Buffer };

/**
 * Reads `--input` arguments: `name=value`; `name=@file` takes what a file holds, `name=@-` what standard input gives,
 * and `name=@@…` a value that begins with @.
 * @throws cli.usage
 */
export async function readGivenInputs(args: readonly string[]): Promise<GivenInput[]> {
  const inputs: GivenInput[] = [];
  for (const argument of args) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(argument) ?? [];
    if (name === undefined || value === undefined)
      throw cliErrors.usage(`--input ${argument}: write it as name=value, or name=@file for what a file holds.`);
    if (inputs.some((input) => input.name === name))
      throw cliErrors.usage(`--input ${name} is given twice: give each input once.`);
    const isFile = value.startsWith('@') && !value.startsWith('@@');
    const [file, text] = [value.slice(1), value.startsWith('@') ? value.slice(1) : value];
    inputs.push(isFile ? { name, file, bytes: await readBytes(file) } : { name, text });
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
  const entries = given.map((input): [string, Json] => {
    const { name } = input;
    const text = 'text' in input ? input.text : textOf(input.file, input.bytes);
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
  if (value === undefined && type.startsWith('file'))
    throw cliErrors.usage(`--input ${name} takes a file: write it as ${name}=@file.`);
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
