import { createFakeLogger } from '@tenon/ports/testing';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { createOpenAiCompatibleModels } from './models.js';
import { buildChatRequest, connectAnywhere, ModelBench, textOf } from './testing/model-bench.js';

const KIB = 1024;
const TOO_LARGE = {
  code: 'model.replyTooLarge',
  kind: 'invalid',
  message: expect.stringContaining('answers with more than a reply may hold'),
};

describe('a reply that does not stop', () => {
  let bench: ModelBench;
  afterEach(() => bench?.close());

  it('M4 is broken off where its pieces have the limit together, and what came is kept', async () => {
    const text = Array.from({ length: 100 }, () => 'x'.repeat(KIB));
    bench = await ModelBench.start({ rules: [{ reply: { text, betweenMs: 1 } }] }, { maxReplyBytes: 10 * KIB });
    expect(await bench.fail()).toMatchObject(TOO_LARGE);
    expect(bench.seen).toHaveLength(10);
    await bench.server.waitForAborted(1);
  });

  it('M4 is broken off in one token that is longer than ten million bytes, and taken whole below it', async () => {
    const MIB = KIB * KIB;
    const tooLong = { when: { nth: 1 }, reply: { text: ['x'.repeat(10 * MIB + 1)] } };
    bench = await ModelBench.start({ rules: [tooLong, { reply: { text: ['x'.repeat(10_000_000)] } }] });
    expect(await bench.fail()).toMatchObject(TOO_LARGE);
    const [only, ...rest] = await bench.ask();
    expect([only?.type === 'text' && only.text.length, rest.map(({ type }) => type)]).toEqual([
      10_000_000,
      ['finish', 'usage'],
    ]);
  });

  it('is taken whole up to the limit', async () => {
    bench = await ModelBench.start(
      { rules: [{ reply: { text: ['é'.repeat(KIB), 'x'.repeat(8 * KIB)] } }] },
      { maxReplyBytes: 10 * KIB },
    );
    expect((await bench.ask()).map(({ type }) => type)).toEqual(['text', 'text', 'finish', 'usage']);
  });
});

describe('a reply in one line that does not stop', () => {
  let server: Server;
  /** Bytes that were written, and whether the client has left. */
  let written = 0;
  let hasLeft: Promise<unknown>;

  /** Writes `start` and then on and on, without a line break, until the client leaves. */
  async function start(type: string, start: string): Promise<string> {
    written = 0;
    server = createServer((_request, response) => {
      hasLeft = once(response, 'close');
      response.writeHead(200, { 'content-type': type });
      response.write(start);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16 * KIB))) written += 16 * KIB;
      };
      response.on('drain', more);
      more();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['an event of a stream', 'text/event-stream', 'data: {"choices":[{"delta":{"content":"'],
    ['a reply that comes whole', 'application/json', '{"choices":[{"message":{"content":"'],
  ])('M4 is broken off: %s', async (_what, type, beginning) => {
    const baseUrl = await start(type, beginning);
    const models = createOpenAiCompatibleModels(
      { connect: connectAnywhere, maxReplyBytes: 10 * KIB },
      createFakeLogger(),
    );
    const read = async () => {
      const model = models.getChatModel({ provider: 'acme', baseUrl }, 'm-1');
      for await (const delta of model.stream(buildChatRequest())) throw new Error(JSON.stringify(delta));
    };
    await expect(read()).rejects.toMatchObject(TOO_LARGE);
    await hasLeft;
    // the rest lay in the buffers between the two
    expect(written).toBeLessThan(32 * KIB * KIB);
    await models.close();
  });

  it.each([
    ['gzip', gzipSync],
    ['br', (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })],
    ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
  ])('B40 is broken off by what it unfolds to: %s', async (encoding, compress) => {
    const bomb = compress(
      Buffer.concat([Buffer.from('data: {"choices":[{"delta":{"content":"'), Buffer.alloc(20_000_000, 'x')]),
    );
    expect(bomb.length).toBeLessThan(64 * KIB);
    server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding }).end(bomb),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const models = createOpenAiCompatibleModels(
      { connect: connectAnywhere, maxReplyBytes: 10 * KIB },
      createFakeLogger(),
    );
    const read = async () => {
      for await (const _ of models.getChatModel({ provider: 'acme', baseUrl }, 'm-1').stream(buildChatRequest()));
    };
    await expect(read()).rejects.toMatchObject(TOO_LARGE);
    await models.close();
  });

  it('is read when it is packed and small', async () => {
    const reply = gzipSync('{"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}');
    server = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(reply),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const models = createOpenAiCompatibleModels({ connect: connectAnywhere }, createFakeLogger());
    const seen = [];
    for await (const delta of models.getChatModel({ provider: 'acme', baseUrl }, 'm-1').stream(buildChatRequest()))
      seen.push(delta);
    expect(textOf(seen)).toBe('hello');
    await models.close();
  });
});
