import { isJsonObject, type FileId, type Json, type JsonObject, type TeamId } from '@tenon/base';
import { FileRepository, type FileRecord } from '@tenon/database';
import {
  fileTypeOf,
  isFileType,
  keptFileUrl,
  type FileType,
  type FileValue,
  type InputField,
  type InputIssue,
} from '@tenon/engine';
import { Inject, Injectable } from '@nestjs/common';
import { idFrom } from '../graphql/id.js';
import { CONFIG, type ApiConfig } from '../parts.js';
import { bareName, extensionOf, mediaTypeOf } from './file-name.js';

/** Inputs whose files are file values, and what is wrong with those that could not be made ones. */
export interface ResolvedInputs {
  readonly inputs: Json;
  readonly issues: readonly InputIssue[];
}

/** What a caller named: an upload by its id, or a file at an address. */
type FileReference = { readonly id: FileId } | { readonly url: URL; readonly type: FileType };
type Refusal = { readonly code: string; readonly must: string };

const MAX_URL_CHARACTERS = 4096;
const NOT_A_FILE: Refusal = {
  code: 'input.wrongType',
  must: 'be {type, transfer_method: "local_file", upload_file_id} or {type, transfer_method: "remote_url", url}',
};
const NO_ADDRESS: Refusal = {
  code: 'input.invalidUrl',
  must: `have an http or https address of at most ${MAX_URL_CHARACTERS} characters`,
};
const MISSING: Refusal = { code: 'input.fileMissing', must: 'name a file that was uploaded before' };

/**
 * Files among the inputs of a run. Callers name files; here each name becomes the file value that runs know, made from
 * what was kept of the upload or from the address alone: what a caller claims of a file is not believed, and a file value
 * of their own is refused. Whether a field takes such a file is for `coerceInputs` to say.
 */
@Injectable()
export class FileInputs {
  constructor(
    private readonly files: FileRepository,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Makes file values of what `raw` names for the fields that take files; everything else stays as it is. */
  async resolve(teamId: TeamId, fields: readonly InputField[], raw: Json): Promise<ResolvedInputs> {
    const given = isJsonObject(raw) ? fields.flatMap((field) => referencesOf(field, raw)) : [];
    if (given.length === 0) return { inputs: raw, issues: [] };
    const ids = given.flatMap(({ items }) => items.flatMap((item) => ('id' in item ? [item.id] : [])));
    const records = ids.length > 0 ? await this.files.findMany(teamId, [...new Set(ids)]) : [];
    const known = new Map(records.map((record) => [record.id, record]));
    const inputs = new Map(Object.entries(raw as JsonObject));
    const issues: InputIssue[] = [];
    for (const { name, isList, items } of given) {
      const values = items.map((item) => this.valueOf(item, known));
      const refusal = values.find((value) => 'must' in value);
      if (refusal) issues.push({ name, code: refusal.code, message: `${name} in input form must ${refusal.must}` });
      else inputs.set(name, (isList ? values : values[0]) as Json);
    }
    return { inputs: Object.fromEntries(inputs), issues };
  }

  private valueOf(item: FileReference | Refusal, known: ReadonlyMap<FileId, FileRecord>): FileValue | Refusal {
    if ('must' in item) return item;
    if ('url' in item) return fileAt(item.url, item.type);
    const record = known.get(item.id);
    return record ? uploadedFile(record, this.config.server.publicUrl) : MISSING;
  }
}

interface GivenFiles {
  readonly name: string;
  readonly isList: boolean;
  readonly items: readonly (FileReference | Refusal)[];
}

function referencesOf({ name, type }: InputField, raw: JsonObject): GivenFiles[] {
  const isFileField = type === 'file' || type === 'file-list';
  const value = isFileField && Object.hasOwn(raw, name) ? raw[name] : undefined;
  if (value === undefined || value === null || value === '') return [];
  const isList = Array.isArray(value);
  const items: readonly Json[] = isList ? value : [value];
  return [{ name, isList, items: items.map(readReference) }];
}

function readReference(value: Json): FileReference | Refusal {
  if (!isJsonObject(value)) return NOT_A_FILE;
  const { type, transfer_method: method, upload_file_id: id } = value;
  if (!isFileType(type)) return NOT_A_FILE;
  if (method === 'local_file') return typeof id === 'string' ? { id: idFrom<FileId>(id) } : NOT_A_FILE;
  if (method !== 'remote_url') return NOT_A_FILE;
  const address = value['url'] ?? value['remote_url'];
  if (typeof address !== 'string' || address.length > MAX_URL_CHARACTERS || !URL.canParse(address)) return NO_ADDRESS;
  const url = new URL(address);
  return ['http:', 'https:'].includes(url.protocol) ? { url, type } : NO_ADDRESS;
}

function uploadedFile({ id, name, mediaType, sizeBytes, objectKey }: FileRecord, publicUrl: string): FileValue {
  const extension = extensionOf(name);
  return {
    dify_model_identity: '__dify__file__',
    id: null,
    type: fileTypeOf(extension),
    transfer_method: 'local_file',
    remote_url: null,
    related_id: id,
    filename: name,
    extension,
    mime_type: mediaType,
    size: sizeBytes,
    url: keptFileUrl(objectKey, publicUrl),
  };
}

/** A file that nobody has fetched: its address is all that is known. Its kind is the caller's word where no extension tells. */
function fileAt(url: URL, type: FileType): FileValue {
  const last = decoded(url.pathname.split('/').at(-1) as string);
  const filename = last && bareName(last);
  const extension = extensionOf(filename);
  return {
    dify_model_identity: '__dify__file__',
    id: null,
    type: extension === '' ? type : fileTypeOf(extension),
    transfer_method: 'remote_url',
    remote_url: url.href,
    related_id: null,
    filename,
    extension,
    mime_type: mediaTypeOf(filename),
    size: -1,
    url: url.href,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
