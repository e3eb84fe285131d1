import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createRawServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { buildOutboundRequest } from '@tenon/ports/testing';
import { createOutboundHttp } from './index.js';

describe('outbound client', () => {
  const client = createOutboundHttp({ allow: ['127.0.0.0/8'] });
  let server: Server | undefined;
  const sockets = new Set<Socket>();

  const start = async (made: Server, scheme = 'http') => {
    server = made;
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    return `${scheme}://127.0.0.1:${(made.address() as AddressInfo).port}`;
  };
  const serve = (handle: (request: IncomingMessage, response: ServerResponse) => void) => start(createServer(handle));
  /** A server that answers each connection with bytes of the test's choice. */
  const serveRaw = (answer: (socket: Socket) => void) =>
    start(
      createRawServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => answer(socket));
      }),
    );
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
  });

  const text = 'The same text, over and over. '.repeat(100);
  const limits = (readMs: number, totalMs = 5_000) => ({ timeouts: { connectMs: 1_000, readMs, totalMs } });
  const get = (url: string, more: Parameters<typeof buildOutboundRequest>[1] = {}) =>
    client.request(buildOutboundRequest(url, more));
  const read = async (url: string) => Buffer.from((await get(url)).body).toString();

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
    ['unknown', Buffer.from(text)],
  ])('decodes a body in %s', async (encoding, body) => {
    expect(
      await read(await serve((_request, response) => response.setHeader('content-encoding', encoding).end(body))),
    ).toBe(text);
  });

  it('reads a reply without body that names an encoding', async () => {
    const url = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end());
    expect((await get(url, { method: 'HEAD' })).status).toBe(200);
    expect((await get(url)).body.byteLength).toBe(0);
  });

  it('B40 stops a gzip bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const url = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb));
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge', details: { limitBytes: 1_000_000 } });
  });

  it('B40 stops a bomb inside a bomb, and refuses many layers', async () => {
    let body: Buffer = gzipSync(gzipSync(Buffer.alloc(50_000_000)));
    let encoding = 'gzip, gzip';
    const url = await serve((_request, response) => response.setHeader('content-encoding', encoding).end(body));
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge' });
    body = Array(20)
      .fill('gzip')
      .reduce<Buffer>((inner) => gzipSync(inner), Buffer.from(text));
    encoding = Array(20).fill('gzip').join(',');
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.brokenReply' });
  });

  it('B40 stops a body of 10 GB, and hangs up', async () => {
    const url = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n');
      const fill = () => socket.write(Buffer.alloc(65_536)) && setImmediate(fill);
      socket.on('drain', fill);
      fill();
    });
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge' });
  });

  it('B40 stops an endless chunked body that is nothing but empty gzip blocks', async () => {
    const url = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      const fill = () => response.write(Buffer.concat(Array(1000).fill(gzipSync('')))) && setImmediate(fill);
      response.on('drain', fill);
      fill();
    });
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge' });
  });

  it('B40 refuses a header of 1 MB', async () => {
    const url = await serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(1_000_000)}\r\n\r\n`));
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge' });
  });

  it.each([
    ['headers', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: ')],
    ['a body', (socket: Socket) => drip(socket, '', socket.write('HTTP/1.1 200 OK\r\n\r\n'))],
  ])('B40 ends %s that drip in for ever at the total time-out', async (_name, answer) => {
    const url = await serveRaw(answer);
    await expect(get(url, limits(1_000, 150))).rejects.toMatchObject({
      code: 'outbound.timedOut',
      message: expect.stringContaining('within 150 ms'),
    });
  });

  it('B40 ends headers that drip in slowly at the read time-out', async () => {
    const url = await serveRaw((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: '));
    await expect(get(url, limits(100))).rejects.toMatchObject({
      code: 'outbound.timedOut',
      message: expect.stringContaining('within 100 ms'),
    });
  });

  it('B40 ends a body that stops coming at the read time-out', async () => {
    const url = await serve((_request, response) => response.write('half'));
    await expect(get(url, limits(80))).rejects.toMatchObject({ code: 'outbound.timedOut', kind: 'unavailable' });
  });

  it('B40 waits longer than the read time-out for a body that keeps coming', async () => {
    const url = await serve((_request, response) => {
      let left = 8;
      const timer = setInterval(() => {
        response.write('x');
        if (--left === 0) response.end(() => clearInterval(timer));
      }, 50);
    });
    expect((await get(url, limits(250))).body.byteLength).toBe(8);
  });

  it.each([
    ['a content-length that promises too much', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort'],
    ['a chunked body that is cut', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n'],
    ['two content-lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nshort!'],
    ['something that is no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
  ])('B40 does not take %s for a reply', async (_name, bytes) => {
    await expect(get(await serveRaw((socket) => socket.end(bytes)))).rejects.toMatchObject({
      code: 'outbound.brokenReply',
    });
  });

  it('B40 takes no more than the content-length promises, and nothing for a second reply', async () => {
    const second = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond';
    const url = await serveRaw((socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst${second}`));
    for (const _time of [1, 2]) expect(await read(url)).toBe('first');
  });

  it('B40 refuses trailers of 1 MB', async () => {
    const url = await serveRaw((socket) =>
      socket.end(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${`x: ${'a'.repeat(1_000)}\r\n`.repeat(1_000)}\r\n`,
      ),
    );
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.tooLarge' });
  });

  it('B40 ends provisional replies without end at the read time-out', async () => {
    const url = await serveRaw((socket) => {
      const fill = () => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)) && setImmediate(fill);
      socket.on('drain', fill);
      fill();
    });
    await expect(get(url, limits(100))).rejects.toMatchObject({ code: 'outbound.timedOut' });
  });

  it('B40 does not take half a gzip body or a wrong one for a reply', async () => {
    let body = gzipSync(text).subarray(0, 40);
    const url = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end(body));
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.brokenReply' });
    body = Buffer.from('not gzip');
    await expect(get(url)).rejects.toMatchObject({ code: 'outbound.brokenReply' });
  });

  it.each([
    ['a URL', { url: '/a\r\nX: y' }, 'outbound.invalidUrl'],
    ['the end of a URL', { url: '/a\n' }, 'outbound.invalidUrl'],
    ['a header name', { headers: { 'X\r\nY': 'z' } }, 'outbound.invalidHeader'],
    ['a header value', { headers: { X: 'y\r\nZ: 1' } }, 'outbound.invalidHeader'],
    ['a header value, LF alone', { headers: { X: 'y\nZ: 1' } }, 'outbound.invalidHeader'],
    ['a header value, NUL', { headers: { X: 'y\0' } }, 'outbound.invalidHeader'],
    ['the method', { method: 'GET /x HTTP/1.1\r\nX: y' }, 'outbound.invalidHeader'],
  ])('B41 refuses a line break in %s', async (_name, more, code) => {
    let calls = 0;
    const url = await serve((_request, response) => response.end(String(++calls)));
    await expect(get(url, { ...more, url: url + ('url' in more ? more.url : '/') })).rejects.toMatchObject({ code });
    expect(calls).toBe(0);
  });

  it.each<Record<string, string>>([
    { Host: 'inside.test' },
    { 'Transfer-Encoding': 'chunked' },
    { 'Proxy-Authorization': 'x' },
    { Upgrade: 'websocket' },
    { 'X Y': 'z' },
    { '': 'z' },
    { X: '漢' },
  ])('B41 refuses the header %p', async (headers) => {
    const url = await serve((_request, response) => response.end());
    await expect(get(url, { headers })).rejects.toMatchObject({ code: 'outbound.invalidHeader', kind: 'invalid' });
  });

  it.each(['CONNECT', 'TRACE', '', 'G ET'])('B41 refuses the method %p', async (method) => {
    const url = await serve((_request, response) => response.end());
    await expect(get(url, { method })).rejects.toMatchObject({ code: 'outbound.invalidHeader' });
  });

  it('B41 frames the message itself, whatever headers a browser request was copied with', async () => {
    const url = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const headers = {
      'Content-Length': '999',
      Connection: 'keep-alive',
      Host: new URL(url).host,
      'user-agent': 'mine',
    };
    const seen = JSON.parse(Buffer.from((await get(url, { method: 'POST', body: 'abc', headers })).body).toString());
    expect(seen).toMatchObject({ 'content-length': '3', connection: 'close', 'user-agent': 'mine' });
  });

  it('sends a user name and password of a URL as a header and does not show them', async () => {
    const url = new URL(await serve((request, response) => response.end(request.headers.authorization)));
    url.username = 'me';
    url.password = 'p@ss';
    const reply = await get(url.href);
    expect(Buffer.from(reply.body).toString()).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(reply.url).not.toContain('me');
    await expect(get(url.href.replace('me:', '%E0:'))).rejects.toMatchObject({ code: 'outbound.invalidUrl' });
  });

  it.each([
    [303, 'PUT', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [301, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'PATCH', 'PATCH', 'body'],
  ])('after %d a %s goes on as %s', async (status, method, next, body) => {
    const url = await serve((request, response) => {
      if (request.url === '/') return void response.writeHead(status, { location: 'end?x=1' }).end('moved');
      let seen = '';
      request.on('data', (part: Buffer) => (seen += part.toString()));
      request.on('end', () =>
        response.end(`${request.method} ${request.url} ${request.headers['content-type']} ${seen}`),
      );
    });
    const reply = await get(url, { method, body: 'body', headers: { 'Content-Type': 'text/plain' } });
    const type = body === '' ? 'undefined' : 'text/plain';
    expect(Buffer.from(reply.body).toString()).toBe(`${next} /end?x=1 ${type} ${body}`);
  });

  it('gives back a redirect that names no place', async () => {
    expect((await get(await serve((_request, response) => response.writeHead(304).end()))).status).toBe(304);
    await new Promise((resolve) => server?.close(resolve));
    expect((await get(await serve((_request, response) => response.writeHead(302).end()))).status).toBe(302);
  });

  it('checks certificates unless it is told not to', async () => {
    const fixture = (name: string) => readFileSync(join(__dirname, '__fixtures__', name));
    const options = { key: fixture('self-signed-key.pem'), cert: fixture('self-signed-cert.pem') };
    const url = await start(
      createTlsServer(options, (_request, response) => response.end('secure')),
      'https',
    );
    await expect(get(url)).rejects.toMatchObject({
      code: 'outbound.unreachable',
      message: `The certificate of ${new URL(url).host} is not trusted.`,
    });
    expect((await get(url, { verifyTls: false })).status).toBe(200);
  });

  it('says when there is no such host', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    const lost = createOutboundHttp({ allow: [], resolve });
    await expect(lost.request(buildOutboundRequest('http://nowhere.test/'))).rejects.toMatchObject({
      code: 'outbound.unreachable',
      message: 'There is no host nowhere.test; check the URL.',
    });
  });

  it('gives up on a name that takes too long to resolve', async () => {
    const slow = createOutboundHttp({ allow: [], resolve: () => new Promise(() => undefined) });
    const timeouts = { connectMs: 50, readMs: 5_000, totalMs: 5_000 };
    await expect(slow.request(buildOutboundRequest('http://slow.test/', { timeouts }))).rejects.toMatchObject({
      code: 'outbound.timedOut',
      message: 'slow.test did not accept a connection within 50 ms.',
    });
  });
});

function drip(socket: Socket, start: string, _sent?: boolean): void {
  socket.write(start || 'a');
  const timer = setInterval(() => socket.write('a'), 20);
  socket.on('close', () => clearInterval(timer));
}
