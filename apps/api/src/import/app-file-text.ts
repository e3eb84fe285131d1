import { MAX_FILE_BYTES } from '@tenon/dsl';
import { importErrors } from './import-errors.js';

const MB = 1_000_000;
/** A page of the web begins so, and no app file. */
const PAGE = /^\s*<[!?a-z]/i;

/**
 * The text that the bytes of a file are.
 * @param what  what to call it in a sentence
 * @throws import.tooLarge, import.notText, import.isPage
 */
export function appFileText(bytes: Uint8Array, what: string): string {
  if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge(what);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw importErrors.notText(`${what} is no text of UTF-8, as an app file has to be.`, { cause });
  }
  if (text.includes('\0')) throw importErrors.notText(`${what} is no text of UTF-8, as an app file has to be.`);
  if (PAGE.test(text)) throw importErrors.isPage(`${what} is a web page, no app file; give the address of the file.`);
  return text;
}

/** @throws import.tooLarge */
export function tooLarge(what: string): Error {
  return importErrors.tooLarge(`${what} is larger than ${MAX_FILE_BYTES / MB} MB.`, {
    details: { limitBytes: MAX_FILE_BYTES },
  });
}
