import { defineErrors, isValueRef, numberText, pythonQuote, type JsonObject } from '@tenon/base';
import { fileLink, isFileValue, type FileValue } from './file.js';
import { writeJson } from './json-text.js';
import { entriesOf, isMapping, isNumber, isSecret, typeOf, type Value } from './value.js';

/*
 * How a value reads. Authors and models see these texts, so they are exactly those of the Python the app format grew
 * up with: `str()`, `repr()` and `json.dumps(ensure_ascii=False)`.
 */

const MASK = '*'.repeat(20);

const NOT_FINITE: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };

const errors = defineErrors('value', { notOpened: 'internal' });

/**
 * The rendering for prompts, requests, conditions and parameters. Files have none.
 * @throws value.notOpened for a secret or a large value that nobody has fetched
 */
export function toText(value: Value): string {
  if (Array.isArray(value)) {
    if (value.length === 0 || isFileList(value)) return '';
    return typeOf(value) === 'array[string]' ? pythonJson(value) : pythonRepr(value);
  }
  if (isFileValue(value)) return '';
  return isMapping(value) ? pythonJson(value) : scalarText(value);
}

/**
 * The rendering for answers: lists as `- item` lines, mappings as indented JSON, files as links.
 * @throws value.notOpened for a secret or a large value that nobody has fetched
 */
export function toMarkdown(value: Value): string {
  if (isFileValue(value)) return fileLink(value);
  if (isFileList(value)) return value.map(fileLink).join('\n');
  if (Array.isArray(value)) return value.map((item: Value) => `- ${pythonStr(item)}`).join('\n');
  return isMapping(value) ? pythonJson(value, 2) : scalarText(value);
}

/** The rendering for records that people read: nothing is hidden but secrets and files, a large value shows its beginning. */
export function toLog(value: Value): string {
  if (isSecret(value)) return MASK;
  if (isValueRef(value)) return value.$ref.preview;
  if (isFileValue(value) || isFileList(value)) return '';
  if (Array.isArray(value)) return pythonRepr(value);
  return isMapping(value) ? pythonJson(value, 2) : scalarText(value);
}

/** Python's `repr()`: `None`, `True`, `1.0`, `'text'`, `[1, 'a']`, `{'a': None}`. */
export function pythonRepr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return pythonQuote(value);
  if (isNumber(value)) return numberText(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (isSecret(value)) return pythonQuote(MASK);
  if (isValueRef(value)) return pythonQuote(value.$ref.preview);
  const members = entriesOf(value as JsonObject).map(([key, member]) => `${pythonQuote(key)}: ${pythonRepr(member)}`);
  return `{${members.join(', ')}}`;
}

const isFileList = (value: Value): value is FileValue[] =>
  Array.isArray(value) && value.length > 0 && value.every(isFileValue);

/** `json.dumps`: one line with `", "` and `": "`, or indented. */
const pythonJson = (value: Value, indent = 0) =>
  writeJson(value, {
    comma: ', ',
    colon: ': ',
    indent,
    number: (text) => NOT_FINITE[text] ?? text,
    reference: (reference) => JSON.stringify(isSecret(reference) ? MASK : toLog(reference)),
  });

const pythonStr = (value: Value): string => (typeof value === 'string' ? value : pythonRepr(value));

function scalarText(value: Value): string {
  if (value === null) return '';
  if (isSecret(value) || isValueRef(value)) {
    throw errors.notOpened('A secret or a large value was read before it was fetched.');
  }
  return pythonStr(value);
}
