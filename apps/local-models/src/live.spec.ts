/**
 * The real models, through the real process. Slow, and its answers may change with the runtime's version: on demand only.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { models } from './manifest.js';
import { findModelFile, verifyModelFile } from './model-files.js';
import { chunksOf, errorOf, TOKEN, until, type Health } from './testing/start-server.js';

const cache = path.join(process.env['TENON_CACHE_DIR'] ?? path.join(os.homedir(), '.cache', 'tenon'), 'models');
const folders = { cache, own: process.env['TENON_LOCAL_MODEL_DIR'] };
const isHere = models.every((model) => findModelFile(model, folders));
const reason = !process.env['TENON_LIVE_LOCAL_MODELS']
  ? 'TENON_LIVE_LOCAL_MODELS is not set'
  : isHere
    ? undefined
    : `the model files are not in ${cache}: pull them first`;
const live = reason ? describe.skip : describe;
const skipped = reason ? ` (skipped: ${reason})` : '';

jest.setTimeout(600_000);

const root = path.resolve(__dirname, '../../..');
let child: ChildProcess;
let url: string;

const headers = { authorization: `Bearer ${TOKEN}` };
const health = async () =>
  (await (await fetch(`${url}/health`, { headers })).json()) as Health & { memoryBytes: number };
const chat = (body: object, signal?: AbortSignal) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ temperature: 0, ...body }),
    ...(signal ? { signal } : {}),
  });
interface Completion {
  readonly choices: readonly [
    {
      readonly message: {
        readonly content: string | null;
        readonly tool_calls?: { function: { name: string; arguments: string } }[];
      };
      readonly finish_reason: string;
    },
  ];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}
const complete = async (body: object) => (await (await chat(body)).json()) as Completion;
const content = async (body: object) => (await complete(body)).choices[0].message.content;
const user = (text: string) => [{ role: 'user', content: text }];
const fixture = <T>(name: string) =>
  JSON.parse(fs.readFileSync(path.join(__dirname, '__fixtures__', name), 'utf8')) as T;

live(`the real models${skipped}`, () => {
  beforeAll(async () => {
    const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    const main = path.join(__dirname, 'main.ts');
    child = spawn(process.execPath, [...flags, '--import', path.join(root, 'tools/build/source.mjs'), main], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, TENON_LOCAL_MODELS_TOKEN: TOKEN, TENON_LOCAL_MODELS_PORT: '0' },
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('are the published files', async () => {
    for (const model of models) await verifyModelFile(model, findModelFile(model, folders) as string);
  });

  interface Classification {
    readonly classes: string[];
    readonly prompt: string;
    readonly examples: [string, string][];
    readonly items: [string, string][];
  }

  it.each([
    ['local-chat-small', 24],
    ['local-chat', 28],
  ])('%s puts at least %d of 30 messages into their class, and never outside of the choices', async (model, least) => {
    const { classes, prompt, examples, items } = fixture<Classification>('classification.json');
    const shown = examples.flatMap(([text, label]) => [
      { role: 'user', content: text },
      { role: 'assistant', content: label },
    ]);
    const wrong: string[] = [];
    for (const [text, label] of items) {
      const messages = [{ role: 'system', content: prompt }, ...shown, ...user(text)];
      const answer = await content({ model, messages, choices_only: classes });
      expect(classes).toContain(answer);
      if (answer !== label) wrong.push(`${text} → ${answer}`);
    }
    process.stderr.write(`${model}: ${items.length - wrong.length} of ${items.length}\n${wrong.join('\n')}\n`);
    expect(items.length - wrong.length).toBeGreaterThanOrEqual(least);
  });

  it.each(['auto', 'required'])('local-chat calls the right tool ten times of ten (tool_choice %s)', async (choice) => {
    const { tools, requests } = fixture<{ tools: object[]; requests: [string, string][] }>('tool-requests.json');
    const called = [];
    for (const [text] of requests) {
      const { choices } = await complete({
        model: 'local-chat',
        messages: user(text),
        tools,
        tool_choice: choice,
        max_tokens: 200,
      });
      const call = choices[0].message.tool_calls?.[0]?.function;
      expect(() => JSON.parse(call?.arguments ?? 'no call') as unknown).not.toThrow();
      called.push(call?.name);
    }
    expect(called).toEqual(requests.map(([, name]) => name));
  });

  it('choose among texts that could break a grammar', async () => {
    const choices = ['a "quoted" one\\', '两\n行', '🙂 | ]'];
    for (let seed = 0; seed < 5; seed++) {
      const body = {
        model: 'local-chat-small',
        messages: user('Pick any.'),
        choices_only: choices,
        temperature: 2,
        seed,
      };
      expect(choices).toContain(await content(body));
    }
  });

  it('write JSON that fits the schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        age: { type: 'integer' },
        mood: { enum: ['good', 'bad'] },
        nickname: { type: ['string', 'null'] },
        tags: { type: 'array', items: { type: 'string', maxLength: 10 }, maxItems: 2 },
      },
    };
    const response_format = { type: 'json_schema', json_schema: { name: 'person', schema } };
    const messages = user('Ann, 34, is in a good mood today. She likes skiing. Extract.');
    const person = JSON.parse((await content({ model: 'local-chat', messages, response_format })) ?? '') as Record<
      string,
      unknown
    >;
    expect(person).toMatchObject({ name: 'Ann', age: 34, mood: 'good' });
    expect(Object.keys(person)).toEqual(Object.keys(schema.properties));
  });

  it('stream what they answer unstreamed, in any script', async () => {
    const body = {
      model: 'local-chat',
      messages: user('用一句话介绍长城，并以🏯结尾。'),
      deterministic: true,
      max_tokens: 80,
    };
    const whole = await content(body);
    const parts = await chunksOf(await chat({ ...body, stream: true }));
    expect(parts.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(whole);
    expect(whole).toMatch(/长城/);
    expect(whole).not.toContain('\ufffd');
  });

  it('answer a deterministic request equally, whatever ran before or waits beside it', async () => {
    const body = {
      model: 'local-chat-small',
      messages: user('Name five rivers of Europe.'),
      deterministic: true,
      max_tokens: 60,
    };
    const first = await content(body);
    const [, second] = await Promise.all([
      content({ model: 'local-chat-small', messages: user('Name five mountains of Europe.'), max_tokens: 30 }),
      content(body),
      content({ model: 'local-chat-small', messages: user('Name five rivers of Asia.'), max_tokens: 30 }),
    ]);
    expect(second).toBe(first);
    const warm = { ...body, temperature: 0.8, seed: 3 };
    expect(await content(warm)).toBe(await content(warm));
  });

  it('fill the context to its last token and refuse one more', async () => {
    const model = 'local-chat-small';
    const words = (count: number) => user('Repeat this. ' + 'tea '.repeat(count));
    const { usage } = await complete({ model, messages: words(100), max_tokens: 1 });
    const messages = words(4096 - 40 - (usage.prompt_tokens - 100));
    const fits = await complete({ model, messages, max_tokens: 40 });
    expect(fits.usage.prompt_tokens).toBe(4056);
    expect(fits.usage.completion_tokens).toBe(40);
    expect(fits.choices[0].finish_reason).toBe('length');
    expect(await errorOf(await chat({ model, messages, max_tokens: 41 }))).toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
    });
  });

  it.each([
    ['while the prompt is read', `Sum up: ${'The tulips of Rotterdam are red and yellow. '.repeat(300)}`, false],
    ['while the answer is written', 'Count from 1 to 500, separated by commas.', true],
  ])('stop within two seconds when the caller leaves %s', async (_, text, isWriting) => {
    const model = 'local-chat';
    await complete({ model, messages: user('Hi'), max_tokens: 1 });
    const gone = new AbortController();
    const reply = chat({ model, messages: user(text), stream: true, max_tokens: 1_000 }, gone.signal);
    const caught = reply.catch(() => undefined);
    if (isWriting) await (await reply).body?.getReader().read();
    else await until(async () => (await health()).queue.active === 1);
    expect((await health()).queue.active).toBe(1);
    gone.abort();
    await caught;
    const leftAt = Date.now();
    await until(async () => (await health()).queue.active === 0);
    expect(Date.now() - leftAt).toBeLessThan(2_000);
  });

  it('stay under 3 GB of memory', async () => {
    await complete({ model: 'local-chat', messages: user('Hi'), max_tokens: 1 });
    const { memoryBytes } = await health();
    process.stderr.write(`memory: ${(memoryBytes / 1e9).toFixed(2)} GB\n`);
    expect(memoryBytes).toBeLessThan(3e9);
  });
});
