import { fillTemplate, isFileValue, jsonText, type FileValue, type Lookup, type Value } from '@tenon/engine';
import { requestErrors } from '../run/errors.js';
import { parseRepaired } from '../run/repaired-json.js';
import type { BodyItem, HttpInstruction } from './definition.js';

/** A body as it is sent, with the content type it needs unless its author says otherwise. */
export interface RequestBody {
  readonly bytes?: string | Uint8Array;
  readonly contentType?: string;
  /** Files are in it, so that the author's own content type cannot be right: it lacks the boundary. */
  readonly hasFiles?: boolean;
  /** What people are shown of it. */
  readonly shown: string;
}

/** Fetches the bytes of a file. @throws request.missingFile, request.filesTooLarge and what its source throws */
export type FetchFile = (file: FileValue) => Promise<Uint8Array>;

/** @throws request.invalidBody, request.missingFile and what `fetchFile` throws */
export async function buildBody(
  { type, items }: HttpInstruction['body'],
  lookup: Lookup,
  fetchFile: FetchFile,
): Promise<RequestBody> {
  switch (type) {
    case 'none':
      return { shown: '' };
    case 'raw-text': {
      const text = fillTemplate(onlyItem(type, items).value, lookup);
      return { bytes: text, contentType: 'text/plain', shown: text };
    }
    case 'json': {
      const text = repairedJson(fillTemplate(onlyItem(type, items).value, lookup));
      return { bytes: text, contentType: 'application/json', shown: text };
    }
    case 'x-www-form-urlencoded': {
      const fields = new Map(items.map(({ key, value }) => [fillTemplate(key, lookup), fillTemplate(value, lookup)]));
      const text = new URLSearchParams([...fields]).toString();
      return { bytes: text, contentType: 'application/x-www-form-urlencoded', shown: text };
    }
    case 'binary': {
      const [file] = filesOf(onlyItem(type, items), lookup);
      if (!file) throw requestErrors.missingFile('The file of the request body was not found.');
      return { bytes: await fetchFile(file), ...typeOfFile(file), shown: shownFile(file) };
    }
    case 'form-data':
      return buildForm(items, lookup, fetchFile);
  }
}

function onlyItem(type: string, items: readonly BodyItem[]): BodyItem {
  const [item] = items;
  if (items.length !== 1 || !item) throw requestErrors.invalidBody(`A body of type ${type} needs exactly one item.`);
  return item;
}

function repairedJson(text: string): string {
  try {
    return jsonText(parseRepaired(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw requestErrors.invalidBody(`The request body is not JSON: ${reason}`, { cause });
  }
}

async function buildForm(items: readonly BodyItem[], lookup: Lookup, fetchFile: FetchFile): Promise<RequestBody> {
  const form = new FormData();
  const shown: string[] = [];
  let hasFiles = false;
  for (const item of items) {
    const key = fillTemplate(item.key, lookup);
    if (item.type === 'text') {
      const value = fillTemplate(item.value, lookup);
      form.append(key, value);
      shown.push(`${key}=${value}`);
    }
    for (const file of item.type === 'file' ? filesOf(item, lookup) : []) {
      hasFiles = true;
      const bytes = (await fetchFile(file)) as Uint8Array<ArrayBuffer>;
      form.append(key, new Blob([bytes], { type: file.mime_type }), file.filename);
      shown.push(`${key}=${shownFile(file)}`);
    }
  }
  // servers that expect a form of several parts get one where only text is sent, too
  if (!hasFiles) form.append('__multipart_placeholder__', new Blob([], { type: 'application/octet-stream' }), '');
  const response = new Response(form);
  return {
    bytes: new Uint8Array(await response.arrayBuffer()),
    contentType: response.headers.get('content-type') as string,
    hasFiles,
    shown: shown.join('\n'),
  };
}

function filesOf({ file }: BodyItem, lookup: Lookup): readonly FileValue[] {
  const value = file ? lookup(file) : undefined;
  const values: readonly Value[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return values.filter(isFileValue);
}

/** The file's media type, unless it is none: nobody has checked what a file value says. */
function typeOfFile({ mime_type: type }: FileValue): { contentType?: string } {
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? { contentType: type } : {};
}

const shownFile = ({ filename, size }: FileValue): string => `<file ${filename}, ${size} bytes>`;
