import { isJsonObject, type Json } from '@tenon/base';

const TYPES = ['image', 'document', 'audio', 'video', 'custom'] as const;
const TRANSFER_METHODS = ['local_file', 'remote_url', 'tool_file', 'datasource_file'] as const;

/** What kind of file it is; `custom` is everything that is none of the others. */
export type FileType = (typeof TYPES)[number];

/** Where a file came from: a person's upload, an address, a step, a data source. */
export type TransferMethod = (typeof TRANSFER_METHODS)[number];

/** A file as the app format writes it: a mapping that says where its bytes are. */
export type FileValue = {
  readonly dify_model_identity: '__dify__file__';
  readonly id: string | null;
  readonly type: FileType;
  readonly transfer_method: TransferMethod;
  /** Where a `remote_url` file lies; null for all others. */
  readonly remote_url: string | null;
  /** Names the record of all others: the id of an upload, the object key of what a step has kept. */
  readonly related_id: string | null;
  readonly filename: string;
  /** With its dot; empty when the name has none. */
  readonly extension: string;
  readonly mime_type: string;
  /** In bytes; -1 when nobody knows. */
  readonly size: number;
  /** Where people fetch it; of a file that Tenon keeps, its `keptFileUrl`. */
  readonly url: string;
};

const TEXTS = ['filename', 'extension', 'mime_type', 'url'];
const REFERENCES = ['id', 'remote_url', 'related_id'];

/** True for a whole file value; a mapping that only resembles one is a mapping. */
export function isFileValue(value: Json | undefined): value is FileValue {
  return (
    isJsonObject(value) &&
    value['dify_model_identity'] === '__dify__file__' &&
    isAmong(TYPES, value['type']) &&
    isAmong(TRANSFER_METHODS, value['transfer_method']) &&
    TEXTS.every((key) => typeof value[key] === 'string') &&
    REFERENCES.every((key) => value[key] === null || typeof value[key] === 'string') &&
    typeof value['size'] === 'number'
  );
}

/**
 * The address of a file that is kept in the object store.
 * @param publicUrl  of the API, with or without a slash at its end; without one the address begins with `/files/`
 */
export function keptFileUrl(objectKey: string, publicUrl = ''): string {
  return `${publicUrl.replace(/(?<!\/)\/+$/, '')}/files/${objectKey}`;
}

/** The object key in an address that `keptFileUrl` made, whatever the public URL was; undefined for other addresses. */
export function objectKeyIn(url: string): string | undefined {
  return /\/files\/([^/?#]+\/[^/?#]+\/[^/?#]+)$/.exec(url)?.[1];
}

const EXTENSIONS: Readonly<Record<Exclude<FileType, 'custom'>, readonly string[]>> = {
  image: 'jpg jpeg png webp gif svg'.split(' '),
  video: 'mp4 mov mpeg webm'.split(' '),
  audio: 'mp3 m4a wav amr mpga'.split(' '),
  document: 'txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub odt'.split(
    ' ',
  ),
};

/** The kind of file that an extension stands for, with or without its dot, in any case. */
export function fileTypeOf(extension: string): FileType {
  const name = extension.replace(/^\./, '').toLowerCase();
  return TYPES.find((type) => type !== 'custom' && EXTENSIONS[type].includes(name)) ?? 'custom';
}

/** True for text that names a kind of file. */
export function isFileType(value: Json | undefined): value is FileType {
  return isAmong(TYPES, value);
}

/** Attributes that a selector reaches, with the members that hold them. */
const ATTRIBUTES: Readonly<Record<string, keyof FileValue>> = {
  type: 'type',
  size: 'size',
  name: 'filename',
  mime_type: 'mime_type',
  transfer_method: 'transfer_method',
  url: 'url',
  extension: 'extension',
  related_id: 'related_id',
};

/** An attribute by the name that selectors use; undefined for other names. */
export function fileAttribute(file: FileValue, name: string): Json | undefined {
  const member = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
  return member && file[member];
}

/**
 * A link to the file in Markdown; images show themselves. What would end a link early is escaped: a file's name is
 * whatever its sender chose.
 */
export function fileLink({ type, filename, url }: FileValue): string {
  const address = url.replace(/[()<>\s\\]/g, (character) => `%${hexOf(character)}`);
  const label = (type === 'image' ? filename : filename || url).replace(/[\\[\]]/g, '\\$&');
  return `${type === 'image' ? '!' : ''}[${label}](${address})`;
}

const hexOf = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase();

function isAmong<Text extends string>(texts: readonly Text[], value: Json | undefined): value is Text {
  return typeof value === 'string' && (texts as readonly string[]).includes(value);
}
