import type { JsonObject } from '@tenon/base';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  connectScriptedModel,
  spawnScriptedModel,
  startScriptedModel,
  type ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedRule,
} from './index.js';

describe('scripted model', () => {
  let model: ScriptedModel | undefined;
  const start = async (options: ScriptedModelOptions = {}) => (model = await startScriptedModel(options));
  const withRules = (...rules: ScriptedRule[]) => start({ rules });

  afterEach(async () => {
    await model?.close();
    model = undefined;
  });

  const ask = (body: JsonObject, init: RequestInit & { path?: string } = {}) =>
    fetch(`${model?.baseUrl}${init.path ?? '/chat/completions'}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...init,
    });
  const chat = (user: string, more: JsonObject = {}): JsonObject => ({
    model: 'm',
    messages: [{ role: 'user', content: user }],
    ...more,
  });
  const content = async (response: Response) => {
    const body = (await response.json()) as { choices: { message: { content: string } }[] };
    return body.choices[0]?.message.content;
  };
  const events = async (response: Response) =>
    (await response.text())
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map(
        (line) => JSON.parse(line.slice(6)) as JsonObject & { choices: { delta: JsonObject; finish_reason: string }[] },
      );

  it('answers by the first rule that matches, and by default otherwise', async () => {
    await withRules(
      { when: { system: 'judge', user: /^is/i }, reply: { json: { verdict: true } } },
      { when: { user: 'hello' }, reply: { text: ['Good ', 'day'] } },
    );
    const judged = {
      model: 'm',
      messages: [
        { role: 'system', content: 'You judge.' },
        { role: 'user', content: 'Is it?' },
      ],
    };
    expect(await content(await ask(judged))).toBe('{"verdict":true}');
    expect(await content(await ask(chat('well hello')))).toBe('Good day');
    expect(await content(await ask(chat('else')))).toBe('Scripted reply.');
  });

  it('matches the last user message, not earlier turns', async () => {
    await withRules(
      { when: { user: 'one' }, reply: { text: '1' } },
      { when: { prompt: 'one' }, reply: { text: 'all' } },
    );
    const messages = ['one', 'two'].map((text) => ({ role: 'user', content: [{ type: 'text', text }] }));
    expect(await content(await ask({ model: 'm', messages }))).toBe('all');
  });

  it('streams reasoning, text and tool calls in pieces, then the reason, the usage and [DONE]', async () => {
    const toolCalls = [{ name: 'search', arguments: { q: 'x' } }];
    await withRules({
      reply: { reasoning: 'Hm.', text: 'I look it up', toolCalls, usage: { promptTokens: 7, completionTokens: 5 } },
    });
    const response = await ask(chat('x', { stream: true, stream_options: { include_usage: true } }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const list = await events(response);
    const deltas = list.flatMap(({ choices }) => choices.map(({ delta }) => delta));
    expect(deltas.map((delta) => delta['reasoning_content'] ?? delta['content'] ?? '').join('')).toBe(
      'Hm.I look it up',
    );
    expect(deltas.filter((delta) => 'tool_calls' in delta)).toHaveLength(3);
    expect(list.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason)).at(-1)).toBe('tool_calls');
    expect(list.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 12 } });
  });

  it('serves completions from the prompt', async () => {
    await withRules({ when: { user: 'Once' }, reply: { text: 'upon a time' } });
    const body = (await (await ask({ model: 'm', prompt: 'Once' }, { path: '/completions' })).json()) as JsonObject;
    expect(body).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'upon a time', finish_reason: 'stop' }],
    });
  });

  it('counts the n-th request of a rule and of a key', async () => {
    await withRules(
      { when: { user: 'a', nth: 2 }, reply: { text: 'second a' } },
      { when: { user: 'k', nthOfKey: 1 }, fault: { kind: 'status', status: 429, retryAfter: 3 } },
    );
    const texts = [];
    for (const user of ['a', 'b', 'a', 'a']) texts.push(await content(await ask(chat(user))));
    expect(texts).toEqual(['Scripted reply.', 'Scripted reply.', 'second a', 'Scripted reply.']);
    const headers = { 'Idempotency-Key': 'step-1' };
    const refused = await ask(chat('k'), { headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await ask(chat('k'), { headers })).status).toBe(200);
    expect(model?.counts()).toEqual({ total: 6, aborted: 0, held: 0, byKey: { 'step-1': 2 } });
  });

  it('records body, headers and outcome of each call', async () => {
    await withRules({ when: { user: 'bad' }, fault: { kind: 'status', status: 500 } });
    await (await ask(chat('good'), { headers: { 'Idempotency-Key': 'k', 'X-Test': 'yes' } })).text();
    await (await ask(chat('bad'))).text();
    const [first, second] = model?.calls() ?? [];
    expect(first).toMatchObject({
      index: 1,
      path: '/v1/chat/completions',
      idempotencyKey: 'k',
      state: 'answered',
      body: chat('good'),
    });
    expect(first?.headers['x-test']).toBe('yes');
    expect(second).toMatchObject({ index: 2, state: 'faulted' });
  });

  it('holds a reply in the middle until it is released', async () => {
    await withRules({ reply: { text: ['a', 'b', 'c'], holdAfter: 1 } });
    const reader = (await ask(chat('x', { stream: true }))).body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = '';
    while (!seen.includes('"content":"a"')) seen += (await reader.read()).value;
    await model?.waitForHeld(1);
    expect(seen).not.toContain('"content":"b"');
    expect(model?.calls()[0]?.state).toBe('held');
    expect(model?.release()).toBe(1);
    for (let part = await reader.read(); !part.done; part = await reader.read()) seen += part.value;
    expect(seen).toContain('[DONE]');
  });

  it('pauses all replies and releases them one by one', async () => {
    const { pause, release, waitForHeld, resume } = await start();
    pause();
    const replies = [ask(chat('1')), ask(chat('2')), ask(chat('3'))];
    await waitForHeld(3);
    expect(release(1)).toBe(1);
    expect(await Promise.race(replies.map(async (reply) => (await reply).status))).toBe(200);
    expect(model?.counts().held).toBe(2);
    resume();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('notices a client that leaves, also while its reply is held', async () => {
    await withRules({ reply: { text: 'never', holdAfter: 0 } });
    const leaving = new AbortController();
    const reply = ask(chat('x', { stream: true }), { signal: leaving.signal });
    await model?.waitForHeld(1);
    leaving.abort();
    await reply.then((response) => response.text()).catch(() => undefined);
    await model?.waitForAborted(1);
    expect(model?.counts()).toMatchObject({ aborted: 1, held: 0 });
  });

  it.each<[string, ScriptedRule]>([
    ['a reset connection', { fault: { kind: 'reset' } }],
    ['a stream cut in the middle', { reply: { text: 'a b c' }, fault: { kind: 'cutStream', after: 2 } }],
  ])('breaks the connection for %s', async (_name, rule) => {
    await withRules(rule);
    const reply = ask(chat('x', { stream: true })).then((response) => response.text());
    await expect(reply).rejects.toThrow(/fetch failed|terminated/);
    expect(model?.calls()[0]?.state).toBe('faulted');
  });

  it.each<[string, ScriptedRule['fault'], (text: string) => void]>([
    [
      'an orderly cut',
      { kind: 'cutStream', orderly: true },
      (text) => expect(text).not.toContain('finish_reason":"stop"'),
    ],
    ['a missing [DONE]', { kind: 'missingDone' }, (text) => expect(text).not.toContain('[DONE]')],
    ['a broken line', { kind: 'brokenJson' }, (text) => expect(text).toContain('"bro\n')],
    [
      'an error in the stream',
      { kind: 'errorInStream', message: 'Oh' },
      (text) => expect(text).toContain('{"error":{"message":"Oh"'),
    ],
    ['empty choices', { kind: 'emptyChoices' }, (text) => expect(text).not.toContain('delta')],
    ['a web page', { kind: 'html' }, (text) => expect(text).toContain('<!doctype html>')],
  ])('answers with %s', async (_name, fault, check) => {
    await withRules({ reply: { text: 'a b' }, fault });
    check(await (await ask(chat('x', { stream: true }))).text());
  });

  it.each<[string, ScriptedRule['fault']]>([
    ['never answers', { kind: 'neverAnswers' }],
    ['trickles bytes', { kind: 'trickle', everyMs: 5 }],
  ])('keeps a client waiting when it %s', async (_name, fault) => {
    await withRules({ fault });
    const signal = AbortSignal.timeout(150);
    await expect(ask(chat('x'), { signal }).then((response) => response.text())).rejects.toThrow(/abort|timeout/i);
    await model?.waitForAborted(1);
  });

  it('refuses wrong keys and fields it is told not to know', async () => {
    await start({ apiKey: 'right', refusedFields: ['stream_options'], hasCompletions: false, models: ['a', 'b'] });
    const headers = { Authorization: 'Bearer right' };
    expect((await ask(chat('x'))).status).toBe(401);
    expect((await ask(chat('x', { stream_options: {} }), { headers })).status).toBe(400);
    expect((await ask({ prompt: 'x' }, { headers, path: '/completions' })).status).toBe(404);
    const list = (await (await fetch(`${model?.baseUrl}/models`, { headers })).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('says how far it came when the calls waited for do not arrive', async () => {
    await start();
    await expect(model?.waitForCalls(2, 20)).rejects.toThrow(
      'No call number 2 within 20 ms: 0 calls, 0 held, 0 aborted.',
    );
  });

  it('is driven from outside over its administration', async () => {
    await start();
    const remote = connectScriptedModel(model!.url);
    await remote.setRules([{ when: { user: /HEY/i }, reply: { text: 'hey' } }]);
    await remote.addRules([{ when: { user: 'hey you' }, reply: { text: 'me?' } }]);
    expect(await content(await ask(chat('hey')))).toBe('hey');
    await remote.pause();
    const reply = ask(chat('hey you'));
    await remote.waitForHeld(1);
    expect(await remote.release()).toBe(1);
    expect(await content(await reply)).toBe('me?');
    await remote.waitForCalls(2);
    expect((await remote.calls()).map(({ state }) => state)).toEqual(['answered', 'answered']);
    await remote.resume();
    await remote.resetCalls();
    expect(await remote.counts()).toEqual({ total: 0, aborted: 0, held: 0, byKey: {} });
    await expect(remote.waitForAborted(1, 20)).rejects.toThrow('No aborted call number 1 within 20 ms');
  });

  it('runs as a process of its own that ends when it is closed', async () => {
    const remote = await spawnScriptedModel({ rules: [{ when: { user: /^p/ }, reply: { text: 'own process' } }] });
    try {
      const response = await fetch(`${remote.baseUrl}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(chat('pq')),
      });
      expect(await content(response)).toBe('own process');
      expect(remote.pid).not.toBe(process.pid);
      expect((await remote.counts()).total).toBe(1);
    } finally {
      await remote.close();
    }
    expect(() => process.kill(remote.pid, 0)).toThrow('ESRCH');
  });

  it('ends when the npx that runs it is killed', async () => {
    const main = path.join(import.meta.dirname, 'scripted-model.main.mjs');
    // npx runs a program through a shell that waits for it
    const npx = spawn('/bin/sh', ['-c', 'sh -c \'"$0" "$1"; :\' "$0" "$1"; :', process.execPath, main], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: npx.stdout }), 'line')) as [string];
    const { url } = JSON.parse(line) as { url: string };
    expect((await fetch(`${url}/__calls`)).ok).toBe(true);
    const gone = once(npx.stdout, 'close');
    npx.kill('SIGKILL');
    // whoever lives on holds the other end of the pipe
    await gone;
    await expect(fetch(`${url}/__calls`)).rejects.toThrow();
  }, 30_000);
});
