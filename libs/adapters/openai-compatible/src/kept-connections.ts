import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { buildConnector, Dispatcher, fetch as undiciFetch } from 'undici';

type Fetch = typeof undiciFetch;

/** Where undici tells that it writes a request to a socket. */
const WRITES = 'undici:client:sendHeaders';

/**
 * Connections that are kept and used again. A server may give one up just when the next request is written to it; then
 * nothing of an answer comes, and the request is made once more over a new one. It carries its `Idempotency-Key`, as
 * RFC 9110 §9.2.2 wants of what is repeated so.
 */
export class KeptConnections {
  /** Bytes that had come over a connection when the last request was written to it. */
  private readonly before = new WeakMap<Socket, number>();
  /** Ends of connections that had answered before, and nothing to the last request. */
  private readonly ends = new WeakSet<object>();
  private readonly onWrite = (message: unknown) => {
    const { socket } = message as { readonly socket: Socket };
    this.before.set(socket, socket.bytesRead);
  };

  constructor() {
    subscribe(WRITES, this.onWrite);
  }

  /** Connects as `connect` does, and notes how connections end. */
  noting(connect: buildConnector.connector): buildConnector.connector {
    return (target, callback) =>
      connect(target, (error, socket) => {
        if (error) return callback(error, null);
        socket.on('error', (end) => {
          if (socket.bytesRead > 0 && socket.bytesRead === this.before.get(socket)) this.ends.add(end);
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
        return fetch(address, { ...init, dispatcher: opening });
      }
    };
  }

  close(): void {
    unsubscribe(WRITES, this.onWrite);
  }
}
