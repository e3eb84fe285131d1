import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { buildOutboundRequest } from '@tenon/ports/testing';
import { createOutboundHttp } from './index.js';

/** Which addresses requests end up at; the servers on 127.0.0.1 and 127.0.0.2 share a port. */
describe('outbound guard', () => {
  const reached: string[] = [];
  let connections = 0;
  let servers: Server[] = [];
  let port: number;
  let handle: (request: IncomingMessage, response: ServerResponse) => void;

  const listen = async (host: string, at: number) => {
    const server = createServer((request, response) => {
      reached.push(host);
      handle(request, response);
    });
    server.on('connection', () => connections++);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, host, resolve));
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  const answers = (...lists: (readonly string[])[]) => {
    let asked = 0;
    const resolve = async (): Promise<LookupAddress[]> =>
      (lists[Math.min(asked++, lists.length - 1)] ?? []).map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
    return { resolve, asked: () => asked };
  };

  beforeEach(async () => {
    reached.length = 0;
    connections = 0;
    servers = [];
    handle = (_request, response) => response.end('here');
    port = await listen('127.0.0.1', 0);
    await listen('127.0.0.2', port);
  });
  afterEach(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const closed = createOutboundHttp({ allow: [] });
  const blocked = { code: 'outbound.blockedAddress', kind: 'denied' };

  it.each(['127.0.0.1', '0.0.0.0', '[::1]', '[::]', '10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1'])(
    'B34 refuses http://%s without opening a connection',
    async (host) => {
      await expect(closed.request(buildOutboundRequest(`http://${host}:${port}/`))).rejects.toMatchObject(blocked);
      expect(connections).toBe(0);
    },
  );

  it.each(['169.254.169.254', '[fd00::1]', '[fe80::1]', 'localhost'])('B34 refuses http://%s', async (host) => {
    await expect(closed.request(buildOutboundRequest(`http://${host}:${port}/`))).rejects.toMatchObject(blocked);
  });

  it('B34 reaches a network that is opened, and only that', async () => {
    const open = createOutboundHttp({ allow: ['127.0.0.1/32'] });
    expect((await open.request(buildOutboundRequest(`http://127.0.0.1:${port}/`))).status).toBe(200);
    await expect(open.request(buildOutboundRequest(`http://127.0.0.2:${port}/`))).rejects.toMatchObject(blocked);
    expect(reached).toEqual(['127.0.0.1']);
  });

  it.each([
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '%31%32%37.0.0.1',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:ffff:7f00:0001]',
    '[::ffff:169.254.169.254]',
    'ok@127.0.0.1',
    'ok:example.com@127.0.0.1',
  ])('B35 refuses 127.0.0.1 written as %s', async (host) => {
    await expect(closed.request(buildOutboundRequest(`http://${host}:${port}/`))).rejects.toMatchObject(blocked);
    expect(connections).toBe(0);
  });

  it('B36 connects to the address that was checked, and checks again for a new connection', async () => {
    const rebinding = answers(['127.0.0.1'], ['127.0.0.2']);
    const client = createOutboundHttp({ allow: ['127.0.0.1/32'], resolve: rebinding.resolve });
    const url = `http://rebinding.test:${port}/`;
    expect(Buffer.from((await client.request(buildOutboundRequest(url))).body).toString()).toBe('here');
    expect([rebinding.asked(), reached]).toEqual([1, ['127.0.0.1']]);
    await expect(client.request(buildOutboundRequest(url))).rejects.toMatchObject(blocked);
    expect([rebinding.asked(), reached]).toEqual([2, ['127.0.0.1']]);
  });

  it('B36 checks a name again when a redirect leads back to it', async () => {
    const rebinding = answers(['127.0.0.1'], ['127.0.0.2']);
    const client = createOutboundHttp({ allow: ['127.0.0.1/32'], resolve: rebinding.resolve });
    handle = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    await expect(client.request(buildOutboundRequest(`http://rebinding.test:${port}/`))).rejects.toMatchObject(blocked);
    expect(reached).toEqual(['127.0.0.1']);
  });

  it('B36 uses only the addresses of a name that may be reached', async () => {
    const mixed = answers(['127.0.0.2', '::1', '127.0.0.1']);
    const client = createOutboundHttp({ allow: ['127.0.0.1/32'], resolve: mixed.resolve });
    await client.request(buildOutboundRequest(`http://mixed.test:${port}/`));
    expect(reached).toEqual(['127.0.0.1']);
  });

  it('B36 refuses a name that stands for an inside address, without telling which', async () => {
    const client = createOutboundHttp({ allow: [], resolve: answers(['10.11.12.13']).resolve });
    await expect(client.request(buildOutboundRequest('http://alias.test./'))).rejects.toMatchObject(blocked);
    const error: unknown = await client
      .request(buildOutboundRequest('http://alias.test/'))
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ ...blocked, details: { host: 'alias.test' } });
    expect((error as Error).message).not.toContain('10.11');
  });

  it.each([
    ['another address inside', 'http://127.0.0.2:PORT/', blocked],
    ['a metadata service', 'http://169.254.169.254/latest', blocked],
    ['a scheme-relative address inside', '//127.0.0.2:PORT/', blocked],
    ['a file', 'file:///etc/passwd', { code: 'outbound.invalidUrl' }],
    ['gopher', 'gopher://127.0.0.1:PORT/_', { code: 'outbound.invalidUrl' }],
    ['data', 'data:text/plain,x', { code: 'outbound.invalidUrl' }],
  ])('B37 refuses a redirect to %s', async (_name, location, refusal) => {
    const open = createOutboundHttp({ allow: ['127.0.0.1/32'] });
    handle = (_request, response) =>
      response.writeHead(302, { location: location.replace('PORT', String(port)) }).end('moved');
    await expect(open.request(buildOutboundRequest(`http://127.0.0.1:${port}/`))).rejects.toMatchObject(refusal);
    expect(reached).toEqual(['127.0.0.1']);
  });

  it('B37 gives up after five of fifty redirects', async () => {
    const open = createOutboundHttp({ allow: ['127.0.0.1/32'] });
    handle = (request, response) =>
      response.writeHead(302, { location: `/${Number(request.url?.slice(1)) - 1}` }).end();
    await expect(open.request(buildOutboundRequest(`http://127.0.0.1:${port}/50`))).rejects.toMatchObject({
      code: 'outbound.tooManyRedirects',
    });
    expect(reached).toHaveLength(6);
  });

  it('B37 keeps credentials from other origins and sends them to their own', async () => {
    const open = createOutboundHttp({ allow: ['127.0.0.0/30'] });
    const seen: IncomingMessage['headers'][] = [];
    handle = (request, response) => {
      seen.push(request.headers);
      const target = { '/': '/own', '/own': `http://127.0.0.2:${port}/other` }[request.url ?? ''];
      if (target) response.writeHead(307, { location: target }).end();
      else response.end();
    };
    const secret = { Authorization: 'Bearer s', Cookie: 'c=1', 'X-Api-Key': 'k', 'Ocp-Apim-Subscription-Key': 'o' };
    const headers = { ...secret, 'X-Trace': 't' };
    await open.request(buildOutboundRequest(`http://127.0.0.1:${port}/`, { headers, method: 'POST', body: 'x' }));
    const has = (at: number) => Object.keys(headers).filter((name) => name.toLowerCase() in (seen[at] ?? {}));
    expect([has(0), has(1), has(2)]).toEqual([Object.keys(headers), Object.keys(headers), ['X-Trace']]);
  });

  it.each([
    ['http://public.test@127.0.0.1:PORT/'],
    ['http://127.0.0.1:PORT#@public.test/'],
    ['http://127.0.0.1:PORT\\@public.test/'],
    ['http:127.0.0.1:PORT/'],
    ['http:\\\\127.0.0.1:PORT/'],
    ['HTTP://127.0.0.1:PORT/?http://public.test/'],
  ])('B39 is not talked into %s by a text that a model wrote', async (text) => {
    await expect(closed.request(buildOutboundRequest(text.replace('PORT', String(port))))).rejects.toMatchObject(
      blocked,
    );
    expect(connections).toBe(0);
  });
});
