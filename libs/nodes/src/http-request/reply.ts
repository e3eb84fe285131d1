import type { OutboundReply } from '@tenon/ports';
import { parse } from 'content-disposition';
import { extension } from 'mime-types';
import { Buffer } from 'node:buffer';
import { requestErrors } from '../run/errors.js';

/** Most bytes of an answer that is text, and of one that is a file. */
export const MAX_TEXT_BYTES = 1024 * 1024;
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** An answer, read as a text or taken as a file. */
export type ReplyContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly filename: string; readonly extension: string; readonly mediaType: string };

const TEXT_APPLICATION = /json|xml|javascript|x-www-form-urlencoded|yaml|graphql/;
const TEXT_MARKERS = ['{', '[', '<', 'function', 'var ', 'const ', 'let '];
const SAMPLE_BYTES = 1024;

/** @throws request.replyTooLarge */
export function readReply(reply: OutboundReply): ReplyContent {
  const mediaType = (reply.headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase();
  const disposition = dispositionOf(reply.headers['content-disposition']);
  const isFile = disposition.isAttached || disposition.filename !== undefined || isFileType(mediaType, reply.body);
  const limit = isFile ? MAX_FILE_BYTES : MAX_TEXT_BYTES;
  if (reply.body.byteLength > limit)
    throw requestErrors.replyTooLarge(
      `The answer has ${reply.body.byteLength} bytes; at most ${limit} are taken of ${isFile ? 'a file' : 'a text'}.`,
    );
  if (!isFile) return { kind: 'text', text: decodeText(reply) };
  return { kind: 'file', ...fileName(disposition.filename, reply.url, mediaType), mediaType };
}

function isFileType(mediaType: string, body: Uint8Array): boolean {
  if (mediaType.startsWith('application/')) return !TEXT_APPLICATION.test(mediaType) && !looksLikeText(body);
  return /^(image|audio|video)\//.test(mediaType);
}

function looksLikeText(body: Uint8Array): boolean {
  try {
    // the sample may end within a character
    const sample = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, SAMPLE_BYTES), { stream: true });
    return TEXT_MARKERS.some((marker) => sample.includes(marker));
  } catch {
    return false; // not UTF-8
  }
}

function dispositionOf(header: string | undefined): { isAttached: boolean; filename?: string } {
  if (header === undefined) return { isAttached: false };
  const { type, parameters } = parse(header);
  const filename = parameters['filename'];
  return { isAttached: type === 'attachment', ...(filename === undefined ? {} : { filename }) };
}

function decodeText({ headers, body }: OutboundReply): string {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(body);
  } catch {
    return Buffer.from(body).toString('utf8'); // a character set that nobody knows
  }
}

/** The name a file came with, or the end of its address; the media type decides where neither has an extension. */
function fileName(given: string | undefined, address: string, mediaType: string) {
  const last = (name: string) => name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1).trim();
  const filename = last(given ?? '') || last(decodedPath(address)) || 'file';
  const dot = filename.lastIndexOf('.');
  if (dot > 0 && dot < filename.length - 1) return { filename, extension: filename.slice(dot).toLowerCase() };
  const known = extension(mediaType);
  return known ? { filename: `${filename}.${known}`, extension: `.${known}` } : { filename, extension: '' };
}

function decodedPath(address: string): string {
  const { pathname } = new URL(address);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname; // escaped in some way of its own
  }
}
