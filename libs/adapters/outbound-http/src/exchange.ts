import { outboundErrors, type OutboundRequest } from '@tenon/ports';
import { Client } from 'undici';
import type { AddressGuard } from './address-guard.js';
import { guardedConnector, type Resolver } from './connector.js';
import type { Hop } from './hop.js';
import { readBody } from './read-body.js';

/** What bounds one exchange. */
export interface ExchangeLimits {
  readonly connectMs: number;
  readonly readMs: number;
  readonly maxBodyBytes: number;
  readonly admit: OutboundRequest['admit'] | undefined;
  readonly maxHeaderBytes: number;
  readonly verifyTls: boolean;
}

/** A reply with its body, which is empty when `keepBody` said so. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Thrown inside when the connection failed after the reply had begun. */
export class BrokenReply extends Error {}

/**
 * Sends one message over a connection of its own and reads the reply.
 * @param abort     aborted with outbound.timedOut when nothing moves for too long
 * @param keepBody  from status and headers, whether the body is wanted
 */
export async function exchange(
  hop: Hop,
  limits: ExchangeLimits,
  guard: AddressGuard,
  resolve: Resolver,
  abort: AbortController,
  keepBody: (status: number, headers: Exchange['headers']) => boolean,
): Promise<Exchange> {
  const watch = new Watch(abort, hop.url.host);
  const client = new Client(hop.url.origin, {
    connect: guardedConnector({
      guard,
      resolve,
      verifyTls: limits.verifyTls,
      onConnected: () => watch.expect('answer', limits.readMs),
    }),
    allowH2: false,
    maxHeaderSize: limits.maxHeaderBytes,
    // our own watch is exact to the millisecond and covers what trickles in
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    watch.expect('accept a connection', limits.connectMs);
    const reply = await client.request({
      method: hop.method,
      path: hop.url.pathname + hop.url.search,
      headers: hop.headers.flat(),
      body: hop.body ?? null,
      reset: true,
      signal: abort.signal,
    });
    watch.expect('send more of its reply', limits.readMs);
    const headers = joinHeaders(reply.headers);
    if (!keepBody(reply.statusCode, headers)) {
      // the error that ends the unread body has nobody else to go to
      reply.body.on('error', () => undefined);
      return { status: reply.statusCode, headers, body: new Uint8Array() };
    }
    const onProgress = () => watch.expect('send more of its reply', limits.readMs);
    const admit = async (bytes: number) => {
      const room = limits.admit?.(bytes);
      if (!room) return;
      // it is us who do not read
      watch.stop();
      await room;
      onProgress();
    };
    const encoding = headers['content-encoding'];
    const body = await readBody(reply.body, encoding, limits.maxBodyBytes, onProgress, admit).catch(
      (error: unknown) => {
        throw new BrokenReply('The body could not be read.', { cause: error });
      },
    );
    return { status: reply.statusCode, headers, body };
  } finally {
    watch.stop();
    await client.destroy();
  }
}

/** Aborts the exchange when what is expected does not come in time. */
class Watch {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly abort: AbortController,
    private readonly host: string,
  ) {}

  expect(what: string, withinMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const message = `${this.host} did not ${what} within ${withinMs} ms.`;
      this.abort.abort(outboundErrors.timedOut(message, { details: { host: this.host } }));
    }, withinMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

function joinHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]),
  );
}
