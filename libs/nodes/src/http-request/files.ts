import { isTenonError, type TeamId, type TenonError } from '@tenon/base';
import { fileTypeOf, keptFileUrl, objectKeyIn, type FileValue } from '@tenon/engine';
import type { ObjectStore, OutboundHttp, OutboundRequest } from '@tenon/ports';
import { createHash } from 'node:crypto';
import { requestErrors } from '../run/errors.js';
import type { FetchFile } from './body.js';
import type { ReplyContent } from './reply.js';

/** Keeps the file of an answer, under a name made from its content, and gives its value. */
export async function storeFile(
  { filename, extension, mediaType }: Extract<ReplyContent, { kind: 'file' }>,
  bytes: Uint8Array,
  teamId: TeamId,
  objects: ObjectStore,
): Promise<FileValue> {
  const key = `responses/${teamId}/${createHash('sha256').update(bytes).digest('hex')}`;
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
    url: keptFileUrl(key),
  };
}

/** Most bytes of the files that one request sends, together. */
export const MAX_SENT_BYTES = 32 * 1024 * 1024;

/** From where, for whom and within which limits the files of a request are read. */
export interface FileSources {
  readonly teamId: TeamId;
  readonly objects: ObjectStore;
  readonly http: OutboundHttp;
  readonly timeouts: OutboundRequest['timeouts'];
  readonly signal: AbortSignal;
}

/**
 * Reads the files of one request: what people of the team have uploaded and its steps have kept from the object store, a
 * file at an address from there.
 * @throws request.missingFile, request.filesTooLarge, outbound.*, object.*
 */
export function createFileReader(sources: FileSources): FetchFile {
  let room = MAX_SENT_BYTES;
  return async (file) => {
    const isElsewhere = file.transfer_method === 'remote_url';
    const bytes = isElsewhere ? await download(file, room, sources) : await readKept(file, sources);
    if (bytes.byteLength > room) throw tooLarge(file);
    room -= bytes.byteLength;
    return bytes;
  };
}

const KEPT_KEY = /^(?:files|responses)\/([^/]+)\/[0-9a-f]{64}$/;

async function readKept({ filename, url }: FileValue, { teamId, objects }: FileSources): Promise<Uint8Array> {
  const key = objectKeyIn(url);
  // the value may have been written by anyone, so it opens nothing but the team's own files
  const isOurs = key !== undefined && KEPT_KEY.exec(key)?.[1] === teamId && (await objects.has(key));
  if (!isOurs) throw requestErrors.missingFile(`The file "${filename}" was not found.`);
  return objects.get(key);
}

async function download(
  file: FileValue,
  maxBodyBytes: number,
  { http, timeouts, signal }: FileSources,
): Promise<Uint8Array> {
  const request = { method: 'GET', url: file.remote_url ?? '', headers: {}, timeouts, verifyTls: true, signal };
  try {
    const { status, body } = await http.request({ ...request, maxBodyBytes });
    if (status >= 200 && status < 300) return body;
    throw requestErrors.missingFile(`The server of the file "${file.filename}" answered with status ${status}.`);
  } catch (error) {
    throw isTenonError(error) && error.code === 'outbound.tooLarge' ? tooLarge(file, error) : error;
  }
}

function tooLarge({ filename }: FileValue, cause?: unknown): TenonError {
  const message = `With the file "${filename}" the request would send more than the ${MAX_SENT_BYTES} bytes of files that fit.`;
  return requestErrors.filesTooLarge(message, { cause });
}
