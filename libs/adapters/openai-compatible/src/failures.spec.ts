import { inspect } from 'node:util';
import { startScriptedModel, type ScriptedFault, type ScriptedRule } from '@tenon/ports/testing';
import { buildChatRequest, KEY, ModelBench, textOf } from './testing/model-bench.js';

describe('failures of an OpenAI-compatible server', () => {
  let bench: ModelBench;
  afterEach(() => bench.close());

  it.each<[string, Partial<Extract<ScriptedFault, { kind: 'status' }>>, string, RegExp]>([
    [
      'a wrong key',
      { status: 401 },
      'model.unauthorized',
      /^acme m-1 refused the API key \(401\); check it on the page Models/,
    ],
    ['no access', { status: 403 }, 'model.unauthorized', /403/],
    ['an unknown model', { status: 404 }, 'model.notFound', /check the model's name and the base URL/],
    ['a time-out', { status: 408 }, 'model.timedOut', /408/],
    ['a rate limit', { status: 429 }, 'model.rateLimited', /429/],
    ['a long prompt, by code', { status: 400, code: 'context_length_exceeded' }, 'model.contextTooLong', /too long/],
    [
      'a long prompt, by words',
      { status: 400, message: "This model's maximum context length is 8" },
      'model.contextTooLong',
      /too long/,
    ],
    [
      'a bad request',
      { status: 400, message: 'temperature must be\n below 2' },
      'model.badRequest',
      /\(400\): temperature must be below 2$/,
    ],
    ['an unpaid bill', { status: 402 }, 'model.badRequest', /402/],
    ['a wrong field', { status: 422 }, 'model.badRequest', /422/],
    ['an error', { status: 500 }, 'model.unavailable', /500/],
    ['an overload', { status: 529 }, 'model.unavailable', /529/],
    [
      'a redirect',
      { status: 307, headers: { location: 'https://other/v1' } },
      'model.badRequest',
      /redirects to https:\/\/other\/v1/,
    ],
  ])('says in one sentence that the vendor answered %s', async (_name, fault, code, message) => {
    bench = await ModelBench.start({ rules: [{ fault: { kind: 'status', status: 500, ...fault } }] });
    const error = await bench.fail();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
    expect(error.details).toMatchObject({ provider: 'acme', model: 'm-1', status: fault.status });
    expect(bench.server.counts().total).toBe(1);
  });

  const dateIn = (ms: number) => new Date(Date.now() + ms).toUTCString();

  it.each<[string, () => string | number, number, number]>([
    ['whole seconds', () => 2, 2_000, 2_000],
    ['parts of a second', () => '0.5', 500, 500],
    ['a date', () => dateIn(600_000), 540_000, 600_000],
    ['a date that has passed', () => dateIn(-30_000), 0, 0],
  ])('M1 tells how long to wait where Retry-After is %s', async (_form, retryAfter, least, most) => {
    bench = await ModelBench.start({ rules: [{ fault: { kind: 'status', status: 503, retryAfter: retryAfter() } }] });
    const { code, retryAfterMs } = await bench.fail();
    expect(code).toBe('model.unavailable');
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  it('M1 says in its message that a model is to be left alone, and until when', async () => {
    const fault = { kind: 'status', status: 429, retryAfter: 3_600, message: 'Daily limit.' } as const;
    bench = await ModelBench.start({ rules: [{ fault }] });
    expect(await bench.fail()).toMatchObject({
      code: 'model.rateLimited',
      message: 'acme m-1 limits how often it is asked (429, again after 3600 s): Daily limit.',
    });
  });

  it('M1 ignores a Retry-After that is none, and prefers milliseconds', async () => {
    bench = await ModelBench.start({
      rules: [
        { when: { nth: 1 }, fault: { kind: 'status', status: 429, retryAfter: 'soon' } },
        { fault: { kind: 'status', status: 429, retryAfter: 9, headers: { 'retry-after-ms': '250' } } },
      ],
    });
    expect((await bench.fail()).retryAfterMs).toBeUndefined();
    expect((await bench.fail()).retryAfterMs).toBe(250);
  });

  it.each([400, 401, 429, 500])('never shows the key, though the vendor quotes it with status %d', async (status) => {
    const message = `Incorrect API key provided: ${KEY}, also known as sk-very*****6789 (Bearer ${KEY}).`;
    bench = await ModelBench.start({ rules: [{ fault: { kind: 'status', status, message } }] });
    const error = await bench.fail();
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/sk-very/);
    expect(JSON.stringify([error, error.message, error.details])).not.toMatch(/sk-very/);
  });

  it.each<[string, ScriptedRule, string, string]>([
    ['a reset connection', { fault: { kind: 'reset' } }, 'model.unreachable', ''],
    ['a stream cut in the middle', { fault: { kind: 'cutStream' } }, 'model.cutStream', 'One'],
    ['a broken line', { fault: { kind: 'brokenJson' } }, 'model.brokenReply', 'One'],
    ['empty choices', { fault: { kind: 'emptyChoices' } }, 'model.brokenReply', ''],
    ['a web page', { fault: { kind: 'html' } }, 'model.brokenReply', ''],
    ['an error in the stream', { fault: { kind: 'errorInStream', message: 'Oh' } }, 'model.unavailable', 'One'],
    [
      'a rate limit in the stream',
      { fault: { kind: 'errorInStream', message: 'Oh', code: 'rate_limit_exceeded' } },
      'model.rateLimited',
      'One',
    ],
    [
      'a status in the stream',
      { fault: { kind: 'errorInStream', message: 'Oh', code: '400' } },
      'model.badRequest',
      'One',
    ],
  ])('M4 keeps the text before %s', async (_name, rule, code, text) => {
    bench = await ModelBench.start({ rules: [{ ...rule, reply: { text: ['One', ' two', ' three'] } }] });
    expect(await bench.fail()).toMatchObject({ code });
    expect(textOf(bench.seen)).toBe(text);
  });

  it('M4 takes a stream without [DONE] for whole when it said why it ended', async () => {
    bench = await ModelBench.start({ rules: [{ reply: { text: 'Whole' }, fault: { kind: 'missingDone' } }] });
    expect(await bench.ask()).toMatchObject([{ text: 'Whole' }, { type: 'finish', reason: 'stop' }, { type: 'usage' }]);
  });

  it.each([
    ['never answers', { fault: { kind: 'neverAnswers' } }],
    ['sends one byte at a time', { fault: { kind: 'trickle', everyMs: 5 } }],
    ['says nothing after its headers', { reply: { text: 'x', holdAfter: 0 } }],
  ] as [string, ScriptedRule][])('M3 gives up on a model that %s, at the first-token time-out', async (_name, rule) => {
    bench = await ModelBench.start({ rules: [rule] }, { firstTokenTimeoutMs: 120 });
    expect(await bench.fail()).toMatchObject({
      code: 'model.timedOut',
      message: 'acme m-1 did not begin to answer within 0.12 s.',
    });
    await bench.server.waitForAborted(1);
  });

  it.each([
    ['falls silent', { reply: { text: ['a', 'b'], holdAfter: 1 } }],
    [
      'goes on with a byte now and then',
      { reply: { text: ['a', 'b'] }, fault: { kind: 'trickle', everyMs: 5, after: 1 } },
    ],
  ] as [string, ScriptedRule][])('M3 gives up on a model that %s, at the idle time-out', async (_name, rule) => {
    bench = await ModelBench.start({ rules: [rule] }, { idleTimeoutMs: 60 });
    expect(await bench.fail()).toMatchObject({
      code: 'model.timedOut',
      message: 'acme m-1 stopped in the middle of its answer within 0.06 s.',
    });
    expect(textOf(bench.seen)).toBe('a');
    await bench.server.waitForAborted(1);
  });

  it('does not blame the model for the time its reader takes', async () => {
    bench = await ModelBench.start(
      { defaultReply: { text: ['a', 'b', 'c'], betweenMs: 5 } },
      { firstTokenTimeoutMs: 5_000, idleTimeoutMs: 40 },
    );
    let text = '';
    for await (const delta of bench.models.getChatModel(bench.endpoint(), 'm-1').stream(buildChatRequest())) {
      text += delta.type === 'text' ? delta.text : '';
      await new Promise((resolve) => setTimeout(resolve, 70));
    }
    expect(text).toBe('abc');
  });

  it('M2 says that a server does not speak TLS', async () => {
    bench = await ModelBench.start();
    const baseUrl = bench.server.baseUrl.replace('http:', 'https:');
    expect(await bench.fail({}, bench.endpoint({ baseUrl }))).toMatchObject({
      ...{ code: 'model.unreachable', kind: 'unavailable' },
      message: expect.stringMatching(/^acme at 127\.0\.0\.1:\d+ cannot be reached \(\w*SSL\w*\)\.$/) as string,
    });
  });

  it('says where nobody listens, and which host does not exist', async () => {
    bench = await ModelBench.start();
    const gone = await startScriptedModel();
    await gone.close();
    const { host } = new URL(gone.url);
    expect(await bench.fail({}, bench.endpoint({ baseUrl: gone.baseUrl }))).toMatchObject({
      code: 'model.unreachable',
      message: `acme at ${host} cannot be reached (ECONNREFUSED).`,
    });
    expect(await bench.fail({}, bench.endpoint({ baseUrl: 'http://nowhere.invalid/v1' }))).toMatchObject({
      code: 'model.unreachable',
    });
  });
});
