import { defineErrors, encodeNumber, isJsonObject, numberText, type Json, type JsonObject } from '@tenon/base';
import { entriesOf, isMapping, isNumber, MAX_VALUE_DEPTH, storedKey, tooDeep, type Value } from './value.js';

const errors = defineErrors('value', { invalidJson: 'invalid' });

/**
 * Reads JSON text without loss: integers of any size, `1.0` apart from `1`.
 * @throws value.invalidJson, value.tooDeep
 */
export function parseJsonText(text: string): Value {
  checkDepth(text);
  try {
    return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Value;
  } catch (cause) {
    throw errors.invalidJson('The text is not valid JSON.', { cause });
  }
}

// Reviving goes from the leaves up and never sees its own results, so each mapping here is the user's.
function revive(_key: string, value: Json, context: { readonly source: string }): Json {
  if (typeof value === 'number') return encodeNumber(context.source) as Json;
  if (!isJsonObject(value) || !Object.keys(value).some((key) => key.startsWith('$'))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [storedKey(key), member]));
}

// counted on the text, since the parser itself would run out of stack
function checkDepth(text: string): void {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isInString) {
      if (char === '\\') i += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === '[' || char === '{') {
      depth += 1;
      if (depth > MAX_VALUE_DEPTH) throw tooDeep();
    } else if (char === ']' || char === '}') depth -= 1;
  }
}

/**
 * The JSON text of a value without loss, compact or with `indent` spaces; what is not finite becomes `null`.
 * A reference to a secret or a large value is written as it lies.
 */
export function jsonText(value: Value, indent = 0): string {
  return writeJson(value, {
    comma: ',',
    colon: indent ? ': ' : ':',
    indent,
    number: (text) => (/^-?(inf|nan)$/.test(text) ? 'null' : text),
    reference: (reference) => JSON.stringify(reference),
  });
}

/** How JSON is written. With `indent` each member has its own line and `comma` loses its space. */
export interface JsonStyle {
  readonly comma: string;
  readonly colon: string;
  readonly indent: number;
  /** The text of a number, given the text Python has for it (`nan` and `inf` among them). */
  readonly number: (text: string) => string;
  /** The text of a secret or a large value, which are not open. */
  readonly reference: (reference: JsonObject) => string;
}

/** JSON text of a value in a style, with the user's own keys. */
export function writeJson(value: Value, style: JsonStyle, margin = ''): string {
  if (isNumber(value)) return style.number(numberText(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + ' '.repeat(style.indent);
  if (Array.isArray(value)) {
    return bracket(
      '[',
      ']',
      value.map((item: Value) => writeJson(item, style, inner)),
      style,
      margin,
    );
  }
  const object = value as JsonObject;
  if (!isMapping(object)) return style.reference(value as JsonObject);
  const members = entriesOf(object).map(
    ([key, member]) => `${JSON.stringify(key)}${style.colon}${writeJson(member, style, inner)}`,
  );
  return bracket('{', '}', members, style, margin);
}

function bracket(open: string, close: string, members: string[], style: JsonStyle, margin: string): string {
  if (members.length === 0) return open + close;
  if (style.indent === 0) return open + members.join(style.comma) + close;
  const line = `\n${margin}${' '.repeat(style.indent)}`;
  return `${open}${line}${members.join(`,${line}`)}\n${margin}${close}`;
}
