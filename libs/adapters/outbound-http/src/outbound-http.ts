import { isTenonError, type TenonError } from '@tenon/base';
import { outboundErrors, type OutboundHttp, type OutboundReply, type OutboundRequest } from '@tenon/ports';
import { errors } from 'undici';
import { createAddressGuard } from './address-guard.js';
import { resolveWithSystem, type Resolver } from './connector.js';
import { BrokenReply, exchange } from './exchange.js';
import { checkRedirects, firstHop, nextHop, type Hop } from './hop.js';

/** How the client is made. */
export interface OutboundHttpOptions {
  /** Networks besides the public ones that requests may reach, such as `10.1.0.0/16`. */
  readonly allow: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolver;
}

const MAX_REDIRECTS = 5;
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * The outbound client on `undici`. Every message has a connection of its own, to an address that was checked, so that
 * nothing is shared between requests.
 * @throws outbound.invalidNetwork for an `allow` that cannot be read
 */
export function createOutboundHttp(options: OutboundHttpOptions): OutboundHttp {
  const guard = createAddressGuard(options.allow);
  const resolve = options.resolve ?? resolveWithSystem;
  return {
    request: async (request) => {
      const hop = firstHop(request);
      return withinTotal(request, hop, async (abort) => {
        const { timeouts, maxBodyBytes, admit, verifyTls } = request;
        const limits = { ...timeouts, maxBodyBytes, admit, verifyTls, maxHeaderBytes: MAX_HEADER_BYTES };
        let current = hop;
        for (let followed = 0; ; followed++) {
          checkRedirects(followed, MAX_REDIRECTS, hop.url);
          const isFinal = (status: number, headers: OutboundReply['headers']) =>
            nextHop(current, status, headers['location']) === undefined;
          const reply = await exchange(current, limits, guard, resolve, abort, isFinal);
          const next = nextHop(current, reply.status, reply.headers['location']);
          if (!next) return { ...reply, url: current.url.href };
          current = next;
        }
      });
    },
  };
}

/** Runs under the request's total time and signal; an abort ends with its reason, other failures are translated. */
async function withinTotal(
  { signal, timeouts }: OutboundRequest,
  { url }: Hop,
  work: (abort: AbortController) => Promise<OutboundReply>,
): Promise<OutboundReply> {
  signal.throwIfAborted();
  const abort = new AbortController();
  const onAbort = () => abort.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(() => {
    const message = `${url.host} did not finish its reply within ${timeouts.totalMs} ms.`;
    abort.abort(outboundErrors.timedOut(message, { details: { host: url.host } }));
  }, timeouts.totalMs);
  try {
    return await work(abort);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : toOutboundError(error, url.host);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const NO_HTTP = [errors.HTTPParserError, errors.ResponseContentLengthMismatchError];
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_)/;

/** What a failure of the network means to the caller. */
function toOutboundError(error: unknown, host: string): TenonError {
  const reason = error instanceof BrokenReply ? error.cause : error;
  if (isTenonError(reason)) return reason;
  const options = { details: { host }, cause: reason };
  const code = (reason as NodeJS.ErrnoException).code ?? '';
  if (reason instanceof errors.HeadersOverflowError) {
    return outboundErrors.tooLarge(`The headers ${host} sent are larger than ${MAX_HEADER_BYTES} bytes.`, options);
  }
  if (error instanceof BrokenReply || NO_HTTP.some((kind) => reason instanceof kind)) {
    return outboundErrors.brokenReply(`The reply of ${host} is cut or cannot be read.`, options);
  }
  if (CERTIFICATE.test(code)) return outboundErrors.unreachable(`The certificate of ${host} is not trusted.`, options);
  if (code === 'ENOTFOUND') return outboundErrors.unreachable(`There is no host ${host}; check the URL.`, options);
  return outboundErrors.unreachable(`${host} cannot be reached (${code || 'no connection'}).`, options);
}
