import type { TeamId } from '@tenon/base';
import { fileTypeOf, type FileValue } from '@tenon/engine';
import type { ObjectStore } from '@tenon/ports';
import { createHash } from 'node:crypto';
import { requestErrors } from '../run/errors.js';
import type { ReplyContent } from './reply.js';

/** Keeps the file of an answer, under a name made from its content, and gives its value. */
export async function storeFile(
  { filename, extension, mediaType }: Extract<ReplyContent, { kind: 'file' }>,
  bytes: Uint8Array,
  teamId: TeamId,
  objects: ObjectStore,
): Promise<FileValue> {
  const key = `${prefixOf(teamId)}${createHash('sha256').update(bytes).digest('hex')}`;
  await objects.put(key, bytes, mediaType);
  return {
    dify_model_identity: '__dify__file__',
    id: null,
    type: fileTypeOf(extension),
    transfer_method: 'tool_file',
    remote_url: null,
    related_id: key,
    filename,
    extension,
    mime_type: mediaType,
    size: bytes.byteLength,
    url: `/files/${key}`,
  };
}

/**
 * The bytes of a file that a step of this team has stored.
 * @throws request.missingFile, object.*
 */
export async function fetchFile(file: FileValue, teamId: TeamId, objects: ObjectStore): Promise<Uint8Array> {
  const key = file.related_id;
  // the value may have been written by anyone, so it opens nothing but the team's own files
  const prefix = prefixOf(teamId);
  const isKey = typeof key === 'string' && key.startsWith(prefix) && /^[0-9a-f]{64}$/.test(key.slice(prefix.length));
  const isOurs = isKey && (await objects.has(key));
  if (!isOurs) throw requestErrors.missingFile(`The file "${String(file.filename)}" was not found.`);
  return objects.get(key);
}

const prefixOf = (teamId: TeamId): string => `responses/${teamId}/`;
