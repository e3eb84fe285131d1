import { isJsonObject, isInteger, isEncodedFloat, encodeNumber, numberOf, type Json } from '@tenon/base';
import { refuseFiles } from './input-files.js';
import type { InputField } from './plan.js';
import { encode, isMapping, isNumber, storedKey, type Outputs, type Value } from './value.js';

/** Something wrong with one value of the start form. `code` is `input.reason`; `name` is empty for the whole. */
export interface InputIssue {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

export type CoercedInputs =
  { readonly ok: true; readonly inputs: Outputs } | { readonly ok: false; readonly issues: readonly InputIssue[] };

/**
 * Fits what a caller gave to the fields of a start form: a value for every field, null where an optional one is
 * empty; names that are no field are ignored. All issues are listed. Files come as file values, made by whoever looked
 * up what the caller had named: that a file exists, is the caller's to use and is what its value says is for them to
 * know, and no file value of the caller's own may get here. Whether the field takes such files is found out here.
 * @param raw plain JSON as a caller sent it, with JavaScript's numbers; tags in it are taken for the caller's own keys
 */
export function coerceInputs(fields: readonly InputField[], raw: Json): CoercedInputs {
  return coerceEncodedInputs(fields, encode(raw));
}

/** The same for a Value, such as `parseJsonText` gives: `1.0` and large integers are kept. Never for plain JSON. */
export function coerceEncodedInputs(fields: readonly InputField[], raw: Value): CoercedInputs {
  if (!isMapping(raw)) return { ok: false, issues: [issue('', 'notAnObject', 'Inputs must be a JSON object.')] };
  const inputs: [string, Value][] = [];
  const issues: InputIssue[] = [];
  for (const field of fields) {
    const key = storedKey(field.name);
    const result = coerce(field, Object.hasOwn(raw, key) ? (raw[key] as Value) : null);
    if ('issue' in result) issues.push(result.issue);
    else inputs.push([field.name, result.value]);
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, inputs: Object.fromEntries(inputs) };
}

type Coerced = { readonly value: Value } | { readonly issue: InputIssue };

const issue = (name: string, reason: string, message: string): InputIssue => ({
  name,
  code: `input.${reason}`,
  message,
});

const refuse = (field: InputField, reason: string, must: string): Coerced => ({
  issue: issue(field.name, reason, `${field.name} in input form must be ${must}`),
});

function coerce(field: InputField, value: Value): Coerced {
  if (value === null) {
    if (!field.required) return { value: field.default };
    return { issue: issue(field.name, 'required', `${field.name} is required in input form`) };
  }
  if (hasEndless(value)) return refuse(field, 'notFinite', 'made of numbers that JSON can hold');
  switch (field.type) {
    case 'text-input':
    case 'paragraph':
    case 'select':
      return coerceText(field, value);
    case 'number':
      return coerceNumber(field, value);
    case 'checkbox':
      return coerceCheckbox(field, value);
    case 'json_object':
      return isMapping(value) ? { value } : refuse(field, 'wrongType', 'a JSON object');
    case 'file':
    case 'file-list':
      return coerceFiles(field, value);
    default:
      if (isJsonObject(value) && !isNumber(value)) return refuse(field, 'wrongType', 'no JSON object');
      return { value: typeof value === 'string' ? withoutNul(value) : value };
  }
}

function coerceFiles(field: InputField, value: Value): Coerced {
  // forms send empty text for a file that was not chosen
  if (value === '' && !field.required) return { value: null };
  const refusal = refuseFiles(field, value);
  return refusal ? refuse(field, refusal.reason, refusal.must) : { value };
}

const withoutNul = (text: string) => text.replaceAll('\0', '');

function coerceText(field: InputField, value: Value): Coerced {
  if (typeof value !== 'string') return refuse(field, 'wrongType', 'a string');
  if (field.type === 'select') {
    if (!field.options.includes(value)) return refuse(field, 'notAnOption', `one of: ${field.options.join(', ')}`);
  } else if (field.maxLength !== null && [...value].length > field.maxLength) {
    return refuse(field, 'tooLong', `at most ${field.maxLength} characters long`);
  }
  return { value: withoutNul(value) };
}

/** Whether a number is too large to be one, such as 1e400, however deep it lies. */
function hasEndless(value: Value): boolean {
  if (Array.isArray(value)) return value.some(hasEndless);
  if (isEncodedFloat(value)) return !Number.isFinite(numberOf(value));
  return isJsonObject(value) && Object.values(value).some((member) => hasEndless(member as Value));
}

const NUMERAL = /^[+-]?(\d+(_\d+)*)(\.\d*)?([eE][+-]?\d+)?$|^[+-]?\.\d+([eE][+-]?\d+)?$/;

function coerceNumber(field: InputField, value: Value): Coerced {
  if (isNumber(value)) return { value };
  if (typeof value !== 'string') return refuse(field, 'wrongType', 'a number');
  const text = value.trim();
  if (text === '') return coerce(field, null);
  const isWhole = !text.includes('.');
  if (!NUMERAL.test(text) || (isWhole && /[eE]/.test(text))) return refuse(field, 'notANumber', 'a valid number');
  const number = encodeNumber(text.replaceAll('_', '').replace(/^\+/, '')) as Json;
  return hasEndless(number) ? refuse(field, 'notFinite', 'a number that JSON can hold') : { value: number };
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

function coerceCheckbox(field: InputField, value: Value): Coerced {
  if (typeof value === 'boolean') return { value };
  const text = isInteger(value) ? String(numberOf(value)) : typeof value === 'string' ? value.toLowerCase() : '';
  if (TRUE.includes(text)) return { value: true };
  return FALSE.includes(text) ? { value: false } : refuse(field, 'wrongType', 'true or false');
}
