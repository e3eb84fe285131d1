import { connect, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** A request as bytes, for what no client would send. */
export interface RawRequest {
  readonly socket: Socket;
  /** All that came until the server closed the connection. */
  readonly answer: Promise<string>;
}

/** Opens a connection to a server and sends it some text; `answer` settles when the server closes it. */
export function sendRaw(url: string, text: string): RawRequest {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write(text));
  const answer = new Promise<string>((resolve) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (part: string) => (received += part));
    socket.on('error', () => resolve(received)).on('close', () => resolve(received));
  });
  return { socket, answer };
}

/** One request with these header lines and this body, after which the connection is closed. */
export function requestText(line: string, headers: readonly string[], body = ''): string {
  const all = [`${line} HTTP/1.1`, 'host: 127.0.0.1', 'connection: close', ...headers];
  return `${[...all, `content-length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

/**
 * Sends one piece after the other until the server closes the connection. What has come is read before each: a write to
 * a connection that was reset would take the answer with it.
 */
export async function sendPieces({ socket }: RawRequest, pieces: Iterable<string>, everyMs: number): Promise<void> {
  for (const piece of pieces) {
    await setTimeout(everyMs);
    for (let turns = 0; turns < 2; turns++) await setImmediate();
    if (socket.destroyed || socket.readableEnded) return;
    socket.write(piece);
  }
}
