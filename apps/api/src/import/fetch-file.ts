import { isTenonError } from '@tenon/base';
import { MAX_FILE_BYTES } from '@tenon/dsl';
import type { OutboundHttp } from '@tenon/ports';
import { bareName } from '../files/file-name.js';
import { tooLarge } from './app-file-text.js';
import { importErrors } from './import-errors.js';

const TOTAL_MS = 10_000;
/** The page of a file in a repository, and where the file itself lies. */
const REPOSITORY_PAGE = /^https:\/\/github\.com\/([^/]+\/[^/]+)\/blob\/([^?#]+)/;

/** What lies at an address. */
export interface FetchedFile {
  /** For people: the last part of the address, else its host. */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Gets a file from a public address.
 * @throws outbound.*, import.badStatus, import.tooLarge
 */
export async function fetchFile(http: OutboundHttp, address: string): Promise<FetchedFile> {
  const url = address.trim().replace(REPOSITORY_PAGE, 'https://raw.githubusercontent.com/$1/$2');
  const reply = await http
    .request({
      method: 'GET',
      url,
      headers: { accept: '*/*', 'user-agent': 'Tenon' },
      timeouts: { connectMs: TOTAL_MS, readMs: TOTAL_MS, totalMs: TOTAL_MS },
      verifyTls: true,
      maxBodyBytes: MAX_FILE_BYTES,
      signal: new AbortController().signal,
    })
    .catch((error: unknown) => {
      throw isTenonError(error) && error.code === 'outbound.tooLarge' ? tooLarge('What lies there') : error;
    });
  const { host, pathname } = new URL(reply.url);
  if (reply.status < 200 || reply.status > 299)
    throw importErrors.badStatus(`${host} answers with status ${reply.status}; check the address.`);
  return { name: nameIn(pathname) || host, bytes: Buffer.from(reply.body) };
}

function nameIn(path: string): string {
  const last = path.split('/').at(-1) ?? '';
  if (last === '') return '';
  try {
    return bareName(decodeURIComponent(last));
  } catch {
    return bareName(last);
  }
}
