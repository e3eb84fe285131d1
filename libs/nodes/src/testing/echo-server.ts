import type { OutboundHttp } from '@tenon/ports';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parts of a body that is a form of several parts. @throws when it is none */
  form(): Promise<FormData>;
}

/** A server on this machine that answers every request with JSON and keeps what it saw. */
export interface EchoServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  stop(): Promise<void>;
}

/** Listens on a port that the system picks. */
export async function startEchoServer(): Promise<EchoServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const bytes = Buffer.concat(chunks);
      const asReceived = { headers: { 'content-type': headers['content-type'] ?? '' } };
      const form = () => new Response(bytes, asReceived).formData();
      seen.push({ method, url, headers, body: bytes.toString('utf8'), form });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok": true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Sends requests as they are: without the guard of the real client, which lets nobody reach this machine. */
export const plainHttp: OutboundHttp = {
  async request({ method, url, headers, body, signal }) {
    const reply = await fetch(url, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body: body as string }),
    });
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: new Uint8Array(await reply.arrayBuffer()),
      url: reply.url,
    };
  },
};
