import type { JsonObject } from '@tenon/base';
import { keptFileUrl } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import { createOutboundHttp } from '@tenon/outbound-http';
import { createFakeObjectStore } from '@tenon/ports/testing';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { performNode, TEAM_ID } from '../testing/perform-node.js';

/* What a value could add to a request that it is filled into: the bytes are looked at as they arrive. */

const HOSTILE = 'a"\r\nX-Injected: yes';

let server: Server;
let origin: string;
let received = '';
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      if (/\r\n\r\n/.test(received)) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** Performs the request and gives what its failure is called, or what the server got. */
async function send(more: JsonObject) {
  received = '';
  const objects = createFakeObjectStore();
  const stored = `files/${TEAM_ID}/${'0'.repeat(64)}`;
  await objects.put(stored, new TextEncoder().encode('bytes'), 'text/plain');
  const named = { filename: HOSTILE, mime_type: `text/plain${HOSTILE}`, size: 5 };
  const file = buildFile({ url: keptFileUrl(stored, 'https://tenon.example'), ...named });
  const { result } = await performNode(
    'http-request',
    { method: 'post', url: `${origin}/`, authorization: { type: 'no-auth' }, ...more },
    { pool: { n: { q: HOSTILE, file } }, ports: { http: createOutboundHttp({ allow: ['127.0.0.0/8'] }), objects } },
  );
  return result.ok ? received : result.failure.code;
}

const key = (config: JsonObject): JsonObject => ({ authorization: { type: 'api-key', config } });
const body = (type: string, ...data: JsonObject[]): JsonObject => ({ body: { type, data } });

describe('B41 a value with line breaks', () => {
  it.each<[string, () => JsonObject]>([
    ['the path of the address', () => ({ url: `${origin}/{{#n.q#}}` })],
    ['the query of the address', () => ({ url: `${origin}/?a={{#n.q#}}` })],
    ['the host of the address', () => ({ url: 'http://{{#n.q#}}/' })],
    ['the value of a header', () => ({ headers: 'X: {{#n.q#}}' })],
    ['the name of a header', () => ({ headers: '{{#n.q#}}: x' })],
    ['a key', () => key({ type: 'custom', api_key: '{{#n.q#}}', header: 'X' })],
    ['a key of a bearer', () => key({ type: 'bearer', api_key: 'k{{#n.q#}}' })],
    ['the name of the header of a key', () => key({ type: 'custom', api_key: 'k', header: 'X{{#n.q#}}' })],
  ])('in %s sends nothing', async (_where, more) => {
    expect(await send(more())).toMatch(/^(request|outbound)\.invalid/);
    expect(received).toBe('');
  });

  it.each<[string, JsonObject]>([
    ['a parameter', { params: 'a: {{#n.q#}}\n{{#n.q#}}: b' }],
    ['a key that is written in Base64', key({ type: 'basic', api_key: 'me:{{#n.q#}}' })],
    ['a key of a form', body('x-www-form-urlencoded', { key: '{{#n.q#}}', type: 'text', value: '{{#n.q#}}' })],
    ['a key of a form of several parts', body('form-data', { key: '{{#n.q#}}', type: 'text', value: 'v' })],
    ['the name and type of a file', body('form-data', { key: 'f', type: 'file', file: ['n', 'file'] })],
    ['the type of a file that is the body', body('binary', { type: 'file', file: ['n', 'file'] })],
  ])('in %s is one value', async (_where, more) => {
    expect(await send(more)).toMatch(/^POST \/\S* HTTP\/1\.1\r\n/);
    expect(received).not.toMatch(/^X-Injected/m);
  });
});
