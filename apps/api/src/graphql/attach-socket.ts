import type { Logger } from '@tenon/ports';
import { CloseCode, type Server } from 'graphql-ws';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';

/** What the protocol's hooks are told of a socket. */
export interface SocketExtra extends Record<PropertyKey, unknown> {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
}

/**
 * Speaks the protocol of `graphql-ws` on a socket. A message is on its way until the system has taken it, and the next one
 * of a subscription is read no sooner. A peer that answers no ping until the next one is let go.
 */
export function attachSocket(protocol: Server<SocketExtra>, extra: SocketExtra, pingMs: number, logger: Logger): void {
  const { socket } = extra;
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      // what cannot be sent any more is no matter: the socket is about to close
      send: (message) => new Promise((resolve) => socket.send(message, () => resolve())),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) =>
        socket.on('message', (message: Buffer) => {
          take(message.toString()).catch((error: unknown) => {
            logger.warn({ error: String(error) }, 'a message of a socket cannot be taken');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    extra,
  );
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const pinging = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, pingMs);
  // lost while it was written to, or no WebSocket at all: it closes by itself
  socket.on('error', (error) => logger.debug({ error: String(error) }, 'a socket broke'));
  socket.once('close', (code, reason) => {
    clearInterval(pinging);
    closed(code, String(reason)).catch((error: unknown) =>
      logger.error({ error: String(error) }, 'the subscriptions of a closed socket did not end'),
    );
  });
}
