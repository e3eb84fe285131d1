import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY, ModelBench, textOf } from './testing/model-bench.js';

describe('openai-compatible models', () => {
  let bench: ModelBench;
  afterEach(() => bench.close());

  it('sends parameters as the file names them and leaves out empty ones and those that are its own', async () => {
    bench = await ModelBench.start();
    const parameters = {
      temperature: 0.2,
      max_tokens: 9,
      stop: ['X'],
      top_p: null,
      bad_words: [],
      stream: false,
      model: 'x',
    };
    await bench.ask({ parameters: { ...parameters, presence_penalty: { $float: '1.0' } } });
    expect(bench.body()).toEqual({
      temperature: 0.2,
      max_tokens: 9,
      stop: ['X'],
      presence_penalty: 1,
      model: 'm-1',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(bench.server.calls()[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'idempotency-key': 'step-1',
    });
  });

  it('has models that tell what they cost: at the provider, on this computer, and nothing where nobody knows', async () => {
    bench = await ModelBench.start();
    const priceAt = (baseUrl: string, isLocal = false) =>
      bench.models.getChatModel({ provider: 'acme', baseUrl, isLocal }, 'gpt-4o-mini').price;
    expect(priceAt('https://api.openai.com/v1')).toMatchObject({ input: 150_000, output: 600_000 });
    expect(priceAt(bench.server.baseUrl, true)).toEqual({ input: 0, output: 0 });
    expect(priceAt(bench.server.baseUrl)).toBeUndefined();
  });

  it('B70 asks for one reply, however many an app file wants', async () => {
    bench = await ModelBench.start();
    await bench.ask({ parameters: { n: 100, best_of: 100, max_tokens: 9 } });
    expect(bench.body()).toMatchObject({ max_tokens: 9 });
    expect(bench.body()).not.toHaveProperty('n');
    expect(bench.body()).not.toHaveProperty('best_of');
  });

  it('sends images, tool calls, tool results, tools and the choice of one', async () => {
    bench = await ModelBench.start();
    const call = { id: 'c1', name: 'search', arguments: '{"q":1}' };
    const tool = { name: 'search', description: 'Searches.', parameters: { type: 'object' } };
    await bench.ask({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', url: 'data:image/png;base64,AA', detail: 'low' },
          ],
        },
        { role: 'assistant', content: '', toolCalls: [call] },
        { role: 'tool', content: 'found', toolCallId: 'c1' },
      ],
      tools: [tool],
      toolChoice: { name: 'search' },
    });
    expect(bench.body()).toMatchObject({
      messages: [
        {
          content: [
            { type: 'text', text: 'See' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
          ],
        },
        {
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search', arguments: '{"q":1}' } }],
        },
        { role: 'tool', content: 'found', tool_call_id: 'c1' },
      ],
      tools: [{ type: 'function', function: tool }],
      tool_choice: { type: 'function', function: { name: 'search' } },
    });
  });

  it.each([
    [{ response_format: 'json_object' }, { type: 'json_object' }],
    [{ response_format: 'JSON' }, { type: 'json_object' }],
    [{ response_format: { type: 'text' } }, { type: 'text' }],
    [
      { response_format: 'json_schema', json_schema: '{"name":"n","schema":{}}' },
      { type: 'json_schema', json_schema: { name: 'n', schema: {} } },
    ],
    [{ response_format: '', json_schema: '{}' }, undefined],
  ])('writes the reply format %p as the API wants it', async (parameters, format) => {
    bench = await ModelBench.start();
    await bench.ask({ parameters });
    expect(bench.body()['response_format']).toEqual(format);
    expect(bench.body()).not.toHaveProperty('json_schema');
  });

  it('asks for a schema where one is given, and without it where the server cannot', async () => {
    bench = await ModelBench.start({ refusedFields: ['response_format'], defaultReply: { json: { a: 1 } } });
    const replySchema = { type: 'object', properties: { a: { type: 'integer' } } };
    expect(textOf(await bench.ask({ replySchema }))).toBe('{"a":1}');
    expect(bench.body(0)['response_format']).toEqual({
      type: 'json_schema',
      json_schema: { name: 'reply', schema: replySchema },
    });
    expect(bench.body(1)).not.toHaveProperty('response_format');
    await bench.ask({ replySchema });
    expect(bench.server.counts().total).toBe(3);
  });

  it('does without usage where the server refuses stream_options, and remembers it', async () => {
    bench = await ModelBench.start({ refusedFields: ['stream_options'] });
    expect((await bench.ask()).at(-1)).toEqual({ type: 'finish', reason: 'stop' });
    await bench.ask();
    expect(bench.server.calls().map((call) => 'stream_options' in call.body)).toEqual([true, false, false]);
    expect(bench.logger.lines.at(-1)).toMatchObject({ level: 'info', fields: { limitation: 'noStreamOptions' } });
  });

  it('names max_tokens as newer models want it', async () => {
    const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.";
    bench = await ModelBench.start({
      rules: [{ when: { nth: 1 }, fault: { kind: 'status', status: 400, message, param: 'max_tokens' } }],
    });
    await bench.ask({ parameters: { max_tokens: 5 } });
    expect(bench.body(1)).toMatchObject({ max_completion_tokens: 5 });
    expect(bench.body(1)).not.toHaveProperty('max_tokens');
  });

  it('completes a prompt', async () => {
    bench = await ModelBench.start({ defaultReply: { text: 'upon a time' } });
    const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Once' }] }];
    expect(textOf(await bench.ask({ mode: 'completion', messages }))).toBe('upon a time');
    expect(bench.server.calls()[0]).toMatchObject({ path: '/v1/completions', body: { prompt: 'Once' } });
  });

  it('asks a chat where a server completes no prompts, says so in the log, and remembers it', async () => {
    bench = await ModelBench.start({ hasCompletions: false });
    await bench.ask({ mode: 'completion' });
    await bench.ask({ mode: 'completion' });
    expect(bench.server.calls().map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    expect(bench.logger.lines.filter(({ fields }) => fields['limitation'] === 'chatOnly')).toHaveLength(1);
  });

  it.each(['ftp://x/v1', 'api.openai.com', '', 'https://', 'https://me:pw@x/v1', 'https://x/v1?key=1'])(
    'refuses the base URL %p',
    async (baseUrl) => {
      bench = await ModelBench.start();
      await expect(bench.ask({}, bench.endpoint({ baseUrl }))).rejects.toMatchObject({ code: 'model.notConfigured' });
    },
  );

  it('takes a base URL with what people paste behind it, and no key where none is asked for', async () => {
    bench = await ModelBench.start({ apiKey: undefined });
    for (const end of ['/', '/chat/completions', '/chat/completions/']) {
      expect(textOf(await bench.ask({}, bench.endpoint({ baseUrl: bench.server.baseUrl + end, apiKey: '' })))).toBe(
        'Scripted reply.',
      );
    }
    expect(bench.server.calls().every(({ headers }) => !('authorization' in headers))).toBe(true);
  });

  it('refuses a key that no header can carry, and sends any step key', async () => {
    bench = await ModelBench.start();
    expect((await bench.fail({}, bench.endpoint({ apiKey: 'ключ' }))).code).toBe('model.unauthorized');
    await bench.ask({ idempotencyKey: '节点/1' });
    expect(decodeURI(bench.server.calls()[0]?.idempotencyKey ?? '')).toBe('节点/1');
  });

  it('lists models and tests an endpoint', async () => {
    bench = await ModelBench.start({ models: ['m-1', 'm-2'] });
    const { signal } = new AbortController();
    expect(await bench.models.listModels(bench.endpoint(), signal)).toEqual(['m-1', 'm-2']);
    expect(await bench.models.test(bench.endpoint(), undefined, signal)).toEqual({ durationMs: expect.any(Number) });
    expect(await bench.models.test(bench.endpoint(), 'm-2', signal)).toEqual({
      durationMs: expect.any(Number),
      answer: expect.stringMatching(/./),
    });
    expect(bench.body()).toMatchObject({ model: 'm-2' });
    const wrong = bench.endpoint({ apiKey: 'wrong' });
    await expect(bench.models.test(wrong, undefined, signal)).rejects.toMatchObject({ code: 'model.unauthorized' });
    await expect(bench.models.test(wrong, 'm-1', signal)).rejects.toMatchObject({ code: 'model.unauthorized' });
    const elsewhere = bench.endpoint({ baseUrl: `${bench.server.url}/nothing` });
    await expect(bench.models.listModels(elsewhere, signal)).rejects.toMatchObject({ code: 'model.notFound' });
    await expect(bench.models.listModels(bench.endpoint(), AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });

  it.each([
    ['text/html', '<html>'],
    ['application/json', '{"models":[]}'],
    ['application/json', 'null'],
  ])('takes no %s page for a list of models: %s', async (type, page) => {
    bench = await ModelBench.start();
    const site = createServer((_request, response) => response.setHeader('content-type', type).end(page));
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/v1`;
    const listed = bench.models.listModels(bench.endpoint({ baseUrl }), new AbortController().signal);
    await expect(listed).rejects.toMatchObject({ code: 'model.brokenReply' });
    site.close();
  });

  it('answers many at once', async () => {
    bench = await ModelBench.start({ defaultReply: { text: 'a b c d', betweenMs: 2 } });
    const answers = await Promise.all(Array.from({ length: 50 }, () => bench.ask()));
    expect(answers.map(textOf)).toEqual(Array(50).fill('a b c d'));
  });
});
