import type { JsonObject } from '@tenon/base';
import { buildFile } from '@tenon/engine/testing';
import { createOutboundHttp } from '@tenon/outbound-http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { nodeDefinitions } from '../catalog/definitions.js';
import { failureIn, performNode } from '../testing/perform-node.js';

/* Every field of a node that names an address, with the outbound client of the product and a server inside. */

const NAMES_ADDRESS = /url|uri|href|host|endpoint|address|link|webhook|callback|server|proxy|domain/i;

/** The paths of a schema's fields whose names speak of addresses. */
function addressFields(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (key !== 'properties') return addressFields(inner, at);
    return Object.entries(inner as object).flatMap(([name, field]) => {
      const path = `${at}.${name}`;
      return [...(NAMES_ADDRESS.test(name) ? [path] : []), ...addressFields(field, path)];
    });
  });
}

const fields = nodeDefinitions.flatMap(({ type, config }) =>
  addressFields(z.toJSONSchema(config as z.ZodType, { io: 'input', unrepresentable: 'any' }), type),
);

const http = { type: 'http-request', method: 'post', url: 'http://public.test/', authorization: { type: 'no-auth' } };

/** How each of the fields is made to be called, and files, which values bring along. */
const CALLS: Readonly<Record<string, (url: string) => { data: JsonObject; pool?: Record<string, JsonObject> }>> = {
  'http-request.url': (url) => ({ data: { ...http, url } }),
  'the address of a file': (url) => ({
    data: { ...http, body: { type: 'binary', data: [{ type: 'file', file: ['n', 'file'] }] } },
    pool: { n: { file: buildFile({ transfer_method: 'remote_url', remote_url: url, url, related_id: null }) } },
  }),
  'an address that a model wrote': (url) => ({
    data: { ...http, url: '{{#llm.text#}}' },
    pool: { llm: { text: url } },
  }),
  'an address of which a model wrote the end': (url) => ({
    data: { ...http, url: 'http://public.test{{#llm.text#}}' },
    pool: { llm: { text: `@${url.replace('http://', '')}` } },
  }),
  'an address of which a model wrote the beginning': (url) => ({
    data: { ...http, url: '{{#llm.text#}}/?q=http://public.test/' },
    pool: { llm: { text: url } },
  }),
};

let server: Server;
let connections = 0;
let port: number;
beforeAll(async () => {
  server = createServer((_request, response) => response.end('inside')).on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

it('B38 every field of a node that names an address is known here', () => {
  expect(fields.filter((field) => !(field in CALLS))).toEqual([]);
  expect(fields).toContain('http-request.url');
});

describe.each(Object.keys(CALLS))('%s', (field) => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '127.1', '[::ffff:127.0.0.1]', '2130706433'])(
    'B38 B39 leads to no server inside: %s',
    async (host) => {
      const { data, pool } = CALLS[field]?.(`http://${host}:${port}`) ?? { data: {} };
      const ports = { http: createOutboundHttp({ allow: [] }) };
      expect(failureIn(await performNode('http-request', data, { ports, ...(pool && { pool }) }))).toMatchObject({
        code: 'outbound.blockedAddress',
      });
      expect(connections).toBe(0);
    },
  );
});
