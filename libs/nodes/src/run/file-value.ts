import { isMapping, type Value } from '@tenon/engine';

/** A file as the app format writes it. `related_id` is the key of its bytes in the object store. */
export type FileValue = {
  readonly dify_model_identity: '__dify__file__';
  readonly id: null;
  readonly type: 'image' | 'video' | 'audio' | 'document' | 'custom';
  readonly transfer_method: 'tool_file';
  readonly remote_url: null;
  readonly related_id: string;
  readonly filename: string;
  /** With its dot; empty when the name has none. */
  readonly extension: string;
  readonly mime_type: string;
  readonly size: number;
  readonly url: string;
};

const EXTENSIONS: Readonly<Record<Exclude<FileValue['type'], 'custom'>, string>> = {
  image: 'jpg jpeg png webp gif svg',
  video: 'mp4 mov mpeg webm',
  audio: 'mp3 m4a wav amr mpga',
  document: 'txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub odt',
};

/** Is it a file, and not just any mapping? */
export function isFileValue(value: Value): value is FileValue {
  return isMapping(value) && value['dify_model_identity'] === '__dify__file__';
}

/** The kind of file an extension stands for. */
export function fileTypeOf(extension: string): FileValue['type'] {
  const name = extension.replace(/^\./, '').toLowerCase();
  for (const [type, names] of Object.entries(EXTENSIONS))
    if (names.split(' ').includes(name)) return type as FileValue['type'];
  return 'custom';
}
