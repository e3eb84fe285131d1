import { isJsonObject, type Json } from '@tenon/base';
import { isFileValue } from '@tenon/engine';
import { keptApart } from '../api/kept-value.js';
import { ownImage } from '../markdown/own-image.js';

/* In which forms a recorded value can be read. */

export const VALUE_FORMS = ['table', 'image', 'markdown', 'text', 'json'] as const;
export type ValueForm = (typeof VALUE_FORMS)[number];

/** A list of objects as rows. */
export type ValueTable = { readonly columns: readonly string[]; readonly rows: readonly (readonly Json[])[] };

/** What people write only where markdown is meant. */
const MARKDOWN = /^(?:#{1,6} \S|```|[-*+] \S|\d+\. \S|> \S|\|.*\|$|\$\$)|\*\*\S|\]\(https?:/m;
const LOOKED_AT = 5_000;
/** Rows and columns of a table that is still read as one. */
const COLUMNS = 30;
const FIELDS = 20;

/** The forms that fit, the most readable first. */
export function formsOf(value: Json): readonly [ValueForm, ...ValueForm[]] {
  if (imageIn(value)) return typeof value === 'string' ? ['image', 'text'] : ['image', 'json'];
  if (typeof value !== 'string') return columnsOf(value) ? ['table', 'json'] : ['json'];
  if (value === '') return ['text'];
  return MARKDOWN.test(value.slice(0, LOOKED_AT)) ? ['markdown', 'text', 'json'] : ['text', 'markdown', 'json'];
}

/** The address of an image that the value is, and that may be shown: see `ownImage`. */
export function imageIn(value: Json): string | undefined {
  if (typeof value === 'string') return ownImage(value);
  return isFileValue(value) && value.type === 'image' ? ownImage(value.url) : undefined;
}

/** @param limit  how many rows are made */
export function tableOf(value: Json, limit: number): ValueTable | undefined {
  const columns = columnsOf(value);
  if (!columns) return undefined;
  const rows = (value as Record<string, Json>[]).slice(0, limit);
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? '')) };
}

function columnsOf(value: Json): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isRow)) return undefined;
  const columns = new Set(value.slice(0, 200).flatMap((row) => Object.keys(row as object)));
  return columns.size > 0 && columns.size <= COLUMNS ? [...columns] : undefined;
}

function isRow(value: Json): boolean {
  return isJsonObject(value) && !isFileValue(value);
}

/** The value as one text. */
export function textOf(value: Json, form: ValueForm = 'text'): string {
  return typeof value === 'string' && form !== 'json' ? value : JSON.stringify(value, null, 2);
}

/** A name under which the value is kept as a file. @param parts  what it is of, such as the step and the field */
export function fileNameOf(parts: readonly string[], value: Json, form: ValueForm): string {
  const name = parts.flatMap((part) => part.slice(0, 100).split(/[^\p{L}\p{N}_-]+/u)).filter(Boolean);
  return `${name.join('-').slice(0, 100) || 'value'}.${extensionOf(value, form)}`;
}

function extensionOf(value: Json, form: ValueForm): string {
  if (form === 'image') return isFileValue(value) ? value.extension.replace('.', '') : imageType(value as string);
  if (typeof value !== 'string' || form === 'json') return 'json';
  return form === 'markdown' ? 'md' : 'txt';
}

const imageType = (address: string): string => /^data:image\/(\w+)/.exec(address)?.[1] ?? 'png';

/** Values by name: those of an object each by its own, all else as one without a name. */
export function fieldsOf(value: Json): readonly (readonly [name: string, value: Json])[] {
  if (!isJsonObject(value) || isFileValue(value) || keptApart(value)) return [['', value]];
  const fields = Object.entries(value) as [string, Json][];
  return fields.length > 0 && fields.length <= FIELDS ? fields : [['', value]];
}
