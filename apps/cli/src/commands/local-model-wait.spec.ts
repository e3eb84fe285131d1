import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '../api/client.js';
import type { LocalModel } from '../api/models.js';
import { Terminal } from '../terminal.js';
import { waitForLocalModel } from './local-model-wait.js';

const ABSENT: LocalModel = {
  ...{ state: 'absent', model: null, receivedBytes: 0, totalBytes: 0, startedAt: null, error: null, isInUse: true },
};
const downloading: LocalModel = { ...ABSENT, state: 'downloading', model: 'local-chat-small', totalBytes: 491e6 };

let server: Server | undefined;
afterEach(() => server?.close());

/** An API that tells one state after the other, the last one forever; null resets the connection. */
async function serve(states: readonly (LocalModel | null)[]) {
  let asked = 0;
  let pulls = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const state = states[Math.min(asked++, states.length - 1)];
      if (!state) return request.socket.destroy();
      const isPull = body.includes('pullLocalModel');
      if (isPull) pulls += 1;
      const data = isPull ? { pullLocalModel: { localModel: state, errors: [] } } : { localModel: state };
      response.end(JSON.stringify({ data }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const err = { text: '', isTTY: true, columns: 80, write: (text: string) => (err.text += text) };
  const client = new ApiClient({ url, token: 'x' }, new AbortController().signal);
  return {
    err,
    wait: () => waitForLocalModel(client, new Terminal({ write: () => undefined }, err, { NO_COLOR: '1' })),
    asked: () => asked,
    pulls: () => pulls,
  };
}

describe('waitForLocalModel', () => {
  it('does not wait where another model answers, or where it is ready', async () => {
    for (const state of [
      { ...ABSENT, isInUse: false },
      { ...ABSENT, state: 'ready' as const },
    ]) {
      const api = await serve([state]);
      await api.wait();
      expect([api.asked(), api.err.text]).toEqual([1, '']);
      server?.close();
    }
  });

  it('begins the download, shows how far it is and goes on when the model is there', async () => {
    const api = await serve([
      ...[ABSENT, downloading, { ...downloading, receivedBytes: 120e6 }, null],
      { ...downloading, state: 'ready', receivedBytes: 491e6 },
    ]);
    await api.wait();
    expect(api.pulls()).toBe(1);
    expect(api.err.text).toContain('No model provider is configured');
    expect(api.err.text).toContain('120 of 491 MB (24 %)');
    expect(api.err.text).toContain('✓ Fetching the local model local-chat-small');
  });

  it('says why the model cannot be had, and what to do', async () => {
    const api = await serve([ABSENT, downloading, { ...ABSENT, state: 'failed', error: 'The disk is full.' }]);
    await expect(api.wait()).rejects.toMatchObject({
      code: 'cli.modelNotReady',
      message: expect.stringMatching(/The disk is full\. Set OPENAI_API_KEY/),
    });
  });
});
