import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { createProviderConnector } from './index.js';

describe('the connector of providers', () => {
  let server: Server;
  let port: number;
  let calls = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => response.end(String(++calls)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  /** Fetches by the connector; names have the addresses in turn. */
  const get = async (host: string, ...addresses: string[]) => {
    const resolve = async () => [{ address: addresses.shift() ?? '127.0.0.1', family: 4 }];
    const agent = new Agent({ connect: createProviderConnector({ allow: [], resolve }) });
    const answer = await fetch(`http://${host}:${port}/`, { dispatcher: agent })
      .then((response) => response.text())
      .catch((error: Error) => (error.cause as { code?: string }).code);
    await agent.destroy();
    return answer;
  };

  it('B38 reaches a server of the own network, and no metadata by address or by name', async () => {
    expect(await get('127.0.0.1')).toBe('1');
    expect(await get('models.test', '127.0.0.1')).toBe('2');
    for (const host of ['169.254.169.254', '[fe80::1]', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]'])
      expect([host, await get(host)]).toEqual([host, 'outbound.blockedAddress']);
    expect(await get('metadata.test', '169.254.169.254')).toBe('outbound.blockedAddress');
  });

  it('M2 speaks to no server whose certificate nobody vouches for', async () => {
    const fixture = (name: string) => readFileSync(join(__dirname, '__fixtures__', name));
    const options = { key: fixture('self-signed-key.pem'), cert: fixture('self-signed-cert.pem') };
    let asked = 0;
    const tls = createTlsServer(options, (_request, response) => response.end(String((asked += 1))));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const agent = new Agent({ connect: createProviderConnector({ allow: [] }) });
    const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/`;
    await expect(fetch(url, { dispatcher: agent })).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(asked).toBe(0);
    await agent.destroy();
    await new Promise((resolve) => tls.close(resolve));
  });

  it('B36 connects a provider to the address that was checked, whatever the name says later', async () => {
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return [{ address: asked.length > 1 ? '169.254.169.254' : '127.0.0.1', family: 4 }];
    };
    const agent = new Agent({ connect: createProviderConnector({ allow: [], resolve }), pipelining: 0 });
    const answers = [1, 2].map(
      async () => (await fetch(`http://rebinding.test:${port}/`, { dispatcher: agent })).status,
    );
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(asked).toHaveLength(2);
    await agent.destroy();
  });
});
