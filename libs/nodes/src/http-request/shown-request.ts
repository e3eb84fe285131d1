import { isTenonError } from '@tenon/base';
import type { Lookup } from '@tenon/engine';
import { hideInShown, hideSecrets, MASK } from '../run/mask.js';
import type { HttpInstruction } from './definition.js';
import { buildRequest, type FilledRequest } from './request.js';

/** Most of a body that people are shown, in characters. */
const MAX_SHOWN = 16_384;

/**
 * The request as people are shown it. It is filled in once more, with secrets hidden before they become part of an
 * address, a form or JSON, where they could look like anything. The key has as many asterisks as it has characters.
 */
export async function showRequest(
  sent: FilledRequest,
  instruction: HttpInstruction,
  lookup: Lookup,
  secrets: readonly string[],
  idempotencyKey: string,
): Promise<string> {
  const hidden: Lookup = (selector) => {
    const value = lookup(selector);
    return value === undefined ? undefined : hideSecrets(value, secrets);
  };
  try {
    const request = await buildRequest(instruction, hidden, async () => new Uint8Array(), idempotencyKey);
    return hideInShown(textOf(request, sent), secrets);
  } catch (error) {
    // an address that is a secret as a whole is no address when it is hidden
    if (isTenonError(error)) return `${sent.method} ${MASK}`;
    throw error;
  }
}

function textOf({ method, url, headers, shownBody }: FilledRequest, sent: FilledRequest): string {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) =>
    name === sent.keyHeader ? `${name}: ${'*'.repeat((sent.headers[name] ?? '').length)}` : `${name}: ${value}`,
  );
  const body = shownBody.length > MAX_SHOWN ? `${shownBody.slice(0, MAX_SHOWN)}…` : shownBody;
  return [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`, ...lines, '', body].join('\r\n');
}
