import { chunksOf, errorOf, gated, small, startServer, stopServers, until } from './testing/start-server.js';

afterEach(stopServers);

const weather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

describe('an answer', () => {
  it('has the shape of the interface', async () => {
    const { chat } = await startServer(() => 'Hello you');
    expect(await (await chat({})).json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-/) as string,
      object: 'chat.completion',
      created: expect.any(Number) as number,
      model: small.id,
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello you' }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 22,
        completion_tokens: 2,
        total_tokens: 24,
        prompt_tokens_details: { cached_tokens: 0 },
      },
    });
  });

  it('passes the sampling parameters on', async () => {
    const { chat, engines } = await startServer(() => 'x');
    await chat({ temperature: 0.3, top_p: 0.5, seed: 7, stop: ['END', '###'], max_completion_tokens: 12 });
    await chat({});
    expect(engines[0]?.asked).toMatchObject([
      { temperature: 0.3, topP: 0.5, seed: 7, stop: ['END', '###'], maxTokens: 12, isDeterministic: false },
      { temperature: 0.7, topP: 0.8, stop: [], maxTokens: 1024 },
    ]);
    expect(engines[0]?.asked[1]).not.toHaveProperty('seed');
  });

  it('says when it was cut at max_tokens', async () => {
    const { chat } = await startServer(() => 'one two three');
    expect(await (await chat({ max_tokens: 2 })).json()).toMatchObject({
      choices: [{ message: { content: 'one two' }, finish_reason: 'length' }],
      usage: { completion_tokens: 2 },
    });
  });

  it('streams its text as it is written, then its end, then its tokens when they are asked for', async () => {
    const { chat } = await startServer(() => 'Hello you');
    const response = await chat({ stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const chunks = await chunksOf(response);
    expect(chunks.map((chunk) => chunk.choices)).toEqual([
      [{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: { content: 'Hello' }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: { content: ' you' }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
      [],
    ]);
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 22, completion_tokens: 2 });
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
  });

  it('streams no tokens unasked', async () => {
    const { chat } = await startServer(() => 'x');
    expect((await chunksOf(await chat({ stream: true }))).some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('is preceded by comments while its stream waits', async () => {
    const { script, open } = gated('late');
    const { chat } = await startServer(script, { pingMs: 10 });
    const response = await chat({ stream: true });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = new TextDecoder().decode((await reader.read()).value);
    expect(first).toBe(': still here\n\n');
    open[0]?.();
    await until(async () => (await reader.read()).done);
  });

  it('ends a stream that has begun with an error in it', async () => {
    const { chat, log } = await startServer(async ({ onText }) => {
      onText('half');
      throw new Error('secret particulars');
    });
    const text = await (await chat({ stream: true })).text();
    expect(text).toContain('"content":"half"');
    expect(text).toMatch(/data: \{"error":\{"message":"The local model process met an error\."[^\n]*\n\n$/);
    expect(text).not.toContain('secret');
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ error: expect.any(Error) as Error }), expect.anything());
  });

  it('never leaves a prompt or a reply in the log', async () => {
    const { chat, log } = await startServer(() => 'confidential reply');
    await (await chat({ messages: [{ role: 'user', content: 'confidential question' }] })).json();
    expect(log).toHaveBeenCalled();
    expect(JSON.stringify(log.mock.calls)).not.toContain('confidential');
  });
});

describe('the length', () => {
  const words = (count: number) => [{ role: 'user', content: 'word '.repeat(count) }];

  it('is counted before anything is written, and refused beyond the context', async () => {
    const { chat, engines } = await startServer(() => 'x');
    expect(await errorOf(await chat({ messages: words(5_000) }))).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      type: 'invalid_request_error',
      message: expect.stringMatching(
        /^This model's maximum context length is 4096 tokens\. However, you requested 5021 tokens/,
      ) as string,
    });
    expect(engines[0]?.asked).toEqual([]);
  });

  it('includes max_tokens, to the token', async () => {
    const { chat, engines } = await startServer(() => 'x');
    const used = 20 + 100;
    expect((await chat({ messages: words(100), max_tokens: 4096 - used })).status).toBe(200);
    expect((await chat({ messages: words(100), max_tokens: 4097 - used })).status).toBe(400);
    expect(engines[0]?.asked).toHaveLength(1);
  });

  it('is what is left where max_tokens says nothing', async () => {
    const { chat, engines } = await startServer(() => 'x');
    await chat({ messages: words(4_000) });
    expect(engines[0]?.asked[0]?.maxTokens).toBe(4096 - 4020);
  });
});

describe('a constrained answer', () => {
  it('of choices_only gets exactly those, with room for the longest', async () => {
    const { chat, engines } = await startServer(() => 'chat');
    await chat({ choices_only: ['chat', '技术'], max_tokens: 1 });
    expect(engines[0]?.asked[0]).toMatchObject({
      constraint: { kind: 'choices', choices: ['chat', '技术'] },
      maxTokens: 7,
    });
  });

  it('of json_schema gets the schema, translated', async () => {
    const { chat, engines } = await startServer(() => '{}');
    const schema = { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] };
    await chat({ response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } });
    expect(engines[0]?.asked[0]?.constraint).toEqual({
      kind: 'schema',
      schema: {
        type: 'object',
        properties: { a: { oneOf: [{ type: 'string' }, { type: 'null' }] } },
        additionalProperties: false,
      },
    });
  });

  it('of json_object may be any object', async () => {
    const { chat, engines } = await startServer(() => '{}');
    await chat({ response_format: { type: 'json_object' } });
    expect(engines[0]?.asked[0]?.constraint).toMatchObject({ schema: { type: 'object', additionalProperties: true } });
  });

  it('with what the grammar lacks is refused with the place', async () => {
    const { chat, engines } = await startServer(() => '{}');
    const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 0 } } };
    expect(
      await errorOf(await chat({ response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } })),
    ).toMatchObject({
      status: 400,
      code: 'unsupported_schema',
      message: expect.stringContaining('#/properties/age uses "minimum"') as string,
    });
    expect(engines).toEqual([]);
  });

  it.each([
    ['choices_only with tools', { choices_only: ['a'], tools: [weather] }],
    ['choices_only with response_format', { choices_only: ['a'], response_format: { type: 'json_object' } }],
    ['choices_only with stop', { choices_only: ['a'], stop: 'x' }],
    ['response_format with tools', { tools: [weather], response_format: { type: 'json_object' } }],
  ])('of %s is refused', async (_, body) => {
    const { chat } = await startServer(() => 'x');
    expect(await errorOf(await chat(body))).toMatchObject({ status: 400, code: 'unsupported_parameter' });
  });
});

describe('tools', () => {
  const call = '{"name": "get_weather", "arguments": {"city": "Paris"}}';

  it.each([false, true])('that the model calls come back as tool_calls (streamed: %s)', async (stream) => {
    const { chat, engines } = await startServer(() => call);
    const response = await chat({ tools: [weather], stream });
    const expected = {
      id: expect.stringMatching(/^call_/) as string,
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    };
    if (stream) {
      const deltas = (await chunksOf(response)).map((chunk) => chunk.choices[0]);
      expect(deltas).toMatchObject([
        { delta: { role: 'assistant', content: '' } },
        { delta: { tool_calls: [{ index: 0, ...expected }] } },
        { delta: {}, finish_reason: 'tool_calls' },
      ]);
      expect(deltas).toHaveLength(3);
    } else {
      expect(await response.json()).toMatchObject({
        choices: [
          { message: { role: 'assistant', content: null, tool_calls: [expected] }, finish_reason: 'tool_calls' },
        ],
      });
    }
    expect(engines[0]?.asked[0]).not.toHaveProperty('constraint');
  });

  it('leave a plain answer alone, which streams from its first word', async () => {
    const { chat } = await startServer(() => 'It is sunny');
    const chunks = await chunksOf(await chat({ tools: [weather], stream: true }));
    const texts = chunks.map((chunk) => chunk.choices[0]?.delta.content);
    expect(texts).toEqual(['', 'It', ' is', ' sunny', undefined]);
  });

  it('leave an answer that only looked like a call as text', async () => {
    const { chat } = await startServer(() => '{"name": "other"}');
    const chunks = await chunksOf(await chat({ tools: [weather], stream: true }));
    const texts = chunks.map((chunk) => chunk.choices[0]?.delta.content);
    expect(texts.join('')).toBe('{"name": "other"}');
  });

  it.each([
    ['required', 'required'],
    ['by name', { type: 'function', function: { name: 'get_weather' } }],
  ])('asked for %s make the reply a call by grammar', async (_, choice) => {
    const other = { type: 'function', function: { name: 'search' } };
    const { chat, engines } = await startServer(() => call);
    expect(await (await chat({ tools: [weather, other], tool_choice: choice })).json()).toMatchObject({
      choices: [{ finish_reason: 'tool_calls' }],
    });
    const city = { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false };
    const ofWeather = {
      type: 'object',
      properties: { name: { enum: ['get_weather'] }, arguments: city },
      additionalProperties: false,
    };
    expect(engines[0]?.asked[0]?.constraint).toMatchObject({
      schema: {
        oneOf: choice === 'required' ? [ofWeather, { properties: { name: { enum: ['search'] } } }] : [ofWeather],
      },
    });
  });

  it('are not even mentioned with tool_choice none', async () => {
    const { chat, engines } = await startServer(() => call);
    expect(await (await chat({ tools: [weather], tool_choice: 'none' })).json()).toMatchObject({
      choices: [{ message: { content: call }, finish_reason: 'stop' }],
    });
    expect(JSON.stringify(engines[0]?.asked[0]?.prompt)).not.toContain('get_weather');
  });

  it('asked for by a name that is not given are refused', async () => {
    const { chat } = await startServer(() => call);
    const choice = { type: 'function', function: { name: 'nope' } };
    expect(await errorOf(await chat({ tools: [weather], tool_choice: choice }))).toMatchObject({
      status: 400,
      code: 'invalid_request',
      param: 'tool_choice',
    });
  });

  it('whose results come back are named in the prompt', async () => {
    const { chat, engines } = await startServer(() => 'Sunny');
    await chat({
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'sun' }] },
      ],
    });
    expect(JSON.stringify(engines[0]?.asked[0]?.prompt)).toContain('Result of get_weather:\\nsun');
  });
});

describe('a request', () => {
  it.each([
    ['an image', [{ type: 'image_url', image_url: { url: 'data:,' } }]],
    [
      'audio',
      [
        { type: 'text', text: 'x' },
        { type: 'input_audio', input_audio: {} },
      ],
    ],
  ])('with %s is refused as unsupported_content', async (_, content) => {
    const { chat } = await startServer(() => 'x');
    expect(await errorOf(await chat({ messages: [{ role: 'user', content }] }))).toMatchObject({
      status: 400,
      code: 'unsupported_content',
    });
  });

  it.each([
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages.0.role'],
    [{ temperature: 3 }, 'temperature'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ choices_only: [] }, 'choices_only'],
    [{ stop: '' }, 'stop'],
    [{ model: 5 }, 'model'],
  ])('with %j is refused and names %s', async (body, param) => {
    const { chat } = await startServer(() => 'x');
    expect(await errorOf(await chat(body))).toMatchObject({ status: 400, code: 'invalid_request', param });
  });

  it('with parameters of other providers is answered without them', async () => {
    const { chat } = await startServer(() => 'x');
    expect((await chat({ presence_penalty: 1, user: 'u', enable_thinking: false, n: 1 })).status).toBe(200);
  });

  it.each([
    ['not JSON', '{'],
    ['nothing', undefined],
    ['huge', 'x'.repeat(4 * 1024 * 1024 + 1)],
  ])('that is %s is refused', async (_, body) => {
    const { call } = await startServer(() => 'x');
    const response = await call('/v1/chat/completions', { method: 'POST', ...(body === undefined ? {} : { body }) });
    expect(await errorOf(response)).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});
