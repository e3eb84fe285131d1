import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startScriptedModel } from '@tenon/ports/testing';
import { detectLocalServers } from './index.js';

describe('local servers', () => {
  it('finds those that list models, and passes over web sites, silence and closed ports', async () => {
    const first = await startScriptedModel({ models: ['qwen3:4b', 'llama'] });
    const empty = await startScriptedModel({ models: [] });
    const closed = await startScriptedModel();
    await closed.close();
    const site = createServer((_request, response) => response.end('<html>'));
    const silent = createServer(() => undefined);
    for (const server of [site, silent]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const urlOf = (server: typeof site) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    try {
      const candidates = [
        { name: 'Ollama', baseUrl: first.baseUrl },
        ...[empty.baseUrl, closed.baseUrl, urlOf(site), urlOf(silent)].map((baseUrl) => ({ name: 'other', baseUrl })),
      ];
      expect(await detectLocalServers({ candidates, timeoutMs: 300 })).toEqual([
        { name: 'Ollama', baseUrl: first.baseUrl, models: ['qwen3:4b', 'llama'] },
      ]);
    } finally {
      for (const server of [site, silent]) {
        server.closeAllConnections();
        server.close();
      }
      await first.close();
      await empty.close();
    }
  });
});
