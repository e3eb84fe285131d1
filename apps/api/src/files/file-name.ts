import { lookup } from 'mime-types';
import path from 'node:path';

const MAX_CHARACTERS = 255;
/** What is kept of an extension when a name is cut; longer ones are no extensions. */
const MAX_EXTENSION = 32;

/**
 * A bare name from whatever a sender called a file: no folders, no control characters (those that turn the direction of
 * text among them), at most 255 characters with the extension kept. `file` where nothing is left.
 */
export function bareName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) as string;
  const name = last.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '').trim();
  if (/^\.{0,2}$/.test(name)) return 'file';
  const characters = [...name];
  if (characters.length <= MAX_CHARACTERS) return name;
  const extension = extensionOf(name);
  return characters.slice(0, MAX_CHARACTERS - [...extension].length).join('') + extension;
}

/** The extension of a bare name in small letters, with its dot; empty when there is none. */
export function extensionOf(name: string): string {
  const extension = path.extname(name).toLowerCase();
  return extension.length > 1 && extension.length <= MAX_EXTENSION ? extension : '';
}

/** The media type that a bare name stands for. What a sender says it is does not count. */
export function mediaTypeOf(name: string): string {
  return lookup(extensionOf(name)) || 'application/octet-stream';
}
