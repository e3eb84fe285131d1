import type { Logger } from '@tenon/ports';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { buildConnector, Dispatcher, fetch as undiciFetch } from 'undici';

type Fetch = typeof undiciFetch;

/** Where undici tells that it writes a request to a socket. */
const WRITES = 'undici:client:sendHeaders';

/**
 * A server that had given up a connection says so within a round trip. One that ends later, in milliseconds, may have
 * ended in the middle of the work: whether that is to be done again is for who asked.
 */
const GIVEN_UP_MS = 1_000;

/**
 * Connections that are kept and used again. A server may give one up just when the next request is written to it; then
 * nothing of an answer comes, and the request is made once more over a new one. It carries its `Idempotency-Key`, as
 * RFC 9110 §9.2.2 wants of what is repeated so.
 */
export class KeptConnections {
  /** When the last request was written to a connection, and how many bytes had come over it by then. */
  private readonly writes = new WeakMap<Socket, { readonly bytes: number; readonly at: number }>();
  /** Ends of connections that had answered before, and nothing to the request that was written just now. */
  private readonly ends = new WeakSet<object>();
  private readonly onWrite = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    this.writes.set(socket, { bytes: socket.bytesRead, at: performance.now() });
  };

  constructor(private readonly logger: Logger) {
    subscribe(WRITES, this.onWrite);
  }

  /** Connects as `connect` does, and notes how connections end. */
  noting(connect: buildConnector.connector): buildConnector.connector {
    return (target, callback) =>
      connect(target, (error, socket) => {
        if (error) return callback(error, null);
        socket.on('error', (end) => {
          if (this.isGivenUp(socket)) this.ends.add(end);
        });
        callback(null, socket);
      });
  }

  /** Asks as `fetch` does, and once more where a kept connection had ended. @param opening  keeps no connection */
  asking(fetch: Fetch, opening: Dispatcher): Fetch {
    return async (address, init) => {
      try {
        return await fetch(address, init);
      } catch (error) {
        const { cause } = error as Error;
        if (typeof cause !== 'object' || cause === null || !this.ends.has(cause)) throw error;
        this.logger.info({ cause: String(cause) }, 'a kept connection had ended, a model is asked over a new one');
        return fetch(address, { ...init, dispatcher: opening });
      }
    };
  }

  close(): void {
    unsubscribe(WRITES, this.onWrite);
  }

  private isGivenUp(socket: Socket): boolean {
    const last = this.writes.get(socket);
    if (!last || last.bytes === 0 || last.bytes !== socket.bytesRead) return false;
    return performance.now() - last.at <= GIVEN_UP_MS;
  }
}
