import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutboundHttp, OutboundRequest } from '../outbound-http.js';

/** A request with generous limits; tests say only what they are about. */
export function buildOutboundRequest(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: 'GET',
    url,
    headers: {},
    timeouts: { connectMs: 5_000, readMs: 5_000, totalMs: 10_000 },
    verifyTls: true,
    maxBodyBytes: 1_000_000,
    signal: new AbortController().signal,
    ...more,
  };
}

/**
 * Registers the tests every outbound client must pass.
 * @param create  a client that may reach the networks in `allow` besides public addresses
 */
export function describeOutboundHttpContract(
  name: string,
  create: (options: { readonly allow: readonly string[] }) => OutboundHttp,
): void {
  describe(`${name} as an outbound client`, () => {
    let server: Server;
    let origin: string;
    let handle: (request: IncomingMessage, response: ServerResponse) => void;
    const open = create({ allow: ['127.0.0.0/8'] });
    const closed = create({ allow: [] });
    const text = (body: Uint8Array) => new TextDecoder().decode(body);

    beforeEach(async () => {
      server = createServer((request, response) => handle(request, response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('sends method, headers and body as given, and gives back what came', async () => {
      handle = (request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          response.writeHead(201, { 'X-Seen': 'a', 'Set-Cookie': ['a=1', 'b=2'] });
          response.end(`${request.method} ${request.url} ${request.headers['x-case']} ${body}`);
        });
      };
      const reply = await open.request(
        buildOutboundRequest(`${origin}/p?q=1`, {
          method: 'PUT',
          headers: { 'X-Case': 'old', 'x-case': 'new' },
          body: 'né',
        }),
      );
      expect(reply).toMatchObject({ status: 201, url: `${origin}/p?q=1` });
      expect(reply.headers).toMatchObject({ 'x-seen': 'a', 'set-cookie': 'a=1, b=2' });
      expect(text(reply.body)).toBe('PUT /p?q=1 new né');
    });

    it('takes every status for a reply', async () => {
      handle = (_request, response) => response.writeHead(503).end('away');
      const reply = await open.request(buildOutboundRequest(origin));
      expect([reply.status, text(reply.body)]).toEqual([503, 'away']);
    });

    it('refuses an address inside the own network', async () => {
      let calls = 0;
      handle = (_request, response) => response.end(String(++calls));
      await expect(closed.request(buildOutboundRequest(origin))).rejects.toMatchObject({
        code: 'outbound.blockedAddress',
        kind: 'denied',
      });
      expect(calls).toBe(0);
    });

    it('follows five redirects and not a sixth', async () => {
      handle = (request, response) => {
        const left = Number(request.url?.slice(1));
        if (left === 0) response.end('there');
        else response.writeHead(302, { location: `/${left - 1}` }).end();
      };
      const reply = await open.request(buildOutboundRequest(`${origin}/5`));
      expect([reply.url, text(reply.body)]).toEqual([`${origin}/0`, 'there']);
      await expect(open.request(buildOutboundRequest(`${origin}/6`))).rejects.toMatchObject({
        code: 'outbound.tooManyRedirects',
      });
    });

    it('stops at the body limit', async () => {
      handle = (_request, response) => response.end('x'.repeat(1_000));
      expect((await open.request(buildOutboundRequest(origin, { maxBodyBytes: 1_000 }))).body.byteLength).toBe(1_000);
      await expect(open.request(buildOutboundRequest(origin, { maxBodyBytes: 999 }))).rejects.toMatchObject({
        code: 'outbound.tooLarge',
        kind: 'invalid',
      });
    });

    it('gives up when nobody answers', async () => {
      handle = () => undefined;
      const timeouts = { connectMs: 1_000, readMs: 60, totalMs: 5_000 };
      await expect(open.request(buildOutboundRequest(origin, { timeouts }))).rejects.toMatchObject({
        code: 'outbound.timedOut',
      });
    });

    it('says when nobody listens', async () => {
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      await expect(open.request(buildOutboundRequest(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
        code: 'outbound.unreachable',
        kind: 'unavailable',
      });
    });

    it('ends with the reason of its signal', async () => {
      const abort = new AbortController();
      const reason = new Error('stopped by a person');
      handle = () => abort.abort(reason);
      await expect(open.request(buildOutboundRequest(origin, { signal: abort.signal }))).rejects.toBe(reason);
      await expect(open.request(buildOutboundRequest(origin, { signal: abort.signal }))).rejects.toBe(reason);
    });

    it.each(['ftp://example.com/', 'file:///etc/passwd', 'no url', 'http://', ''])(
      'refuses the URL %p',
      async (url) => {
        await expect(open.request(buildOutboundRequest(url))).rejects.toMatchObject({ code: 'outbound.invalidUrl' });
      },
    );
  });
}
