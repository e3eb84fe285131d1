import { inspect } from 'node:util';
import { startScriptedModel, type ScriptedFault, type ScriptedRule } from '@tenon/ports/testing';
import { buildChatRequest, KEY, ModelBench, textOf } from './testing/model-bench.js';

describe('failures of an OpenAI-compatible server', () => {
  let bench: ModelBench;
  afterEach(() => bench.close());

  it.each<[string, Partial<Extract<ScriptedFault, { kind: 'status' }>>, string, RegExp]>([
    ['a wrong key', { status: 401 }, 'model.unauthorized', /^acme m-1 refused the API key \(401\)/],
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

  it.each<[string | number, number, number]>([
    [2, 2_000, 2_000],
    ['0.5', 500, 500],
    [new Date(Date.now() + 30_000).toUTCString(), 20_000, 30_000],
    [new Date(Date.now() - 30_000).toUTCString(), 0, 0],
  ])('waits as long as Retry-After %p says', async (retryAfter, least, most) => {
    bench = await ModelBench.start({ rules: [{ fault: { kind: 'status', status: 503, retryAfter } }] });
    const { code, retryAfterMs } = await bench.fail();
    expect(code).toBe('model.unavailable');
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });

  it('ignores a Retry-After that is none, and prefers milliseconds', async () => {
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
  ])('keeps the text before %s', async (_name, rule, code, text) => {
    bench = await ModelBench.start({ rules: [{ ...rule, reply: { text: ['One', ' two', ' three'] } }] });
    expect(await bench.fail()).toMatchObject({ code });
    expect(textOf(bench.seen)).toBe(text);
  });

  it('takes a stream without [DONE] for whole when it said why it ended', async () => {
    bench = await ModelBench.start({ rules: [{ reply: { text: 'Whole' }, fault: { kind: 'missingDone' } }] });
    expect(await bench.ask()).toMatchObject([{ text: 'Whole' }, { type: 'finish', reason: 'stop' }, { type: 'usage' }]);
  });

  it.each([
    ['never answers', { fault: { kind: 'neverAnswers' } }],
    ['sends one byte at a time', { fault: { kind: 'trickle', everyMs: 5 } }],
    ['says nothing after its headers', { reply: { text: 'x', holdAfter: 0 } }],
  ] as [string, ScriptedRule][])('gives up on a model that %s, at the first-token time-out', async (_name, rule) => {
    bench = await ModelBench.start({ rules: [rule] }, { firstTokenTimeoutMs: 120 });
    expect(await bench.fail()).toMatchObject({
      code: 'model.timedOut',
      message: 'acme m-1 did not begin to answer within 0.12 s.',
    });
    await bench.server.waitForAborted(1);
  });

  it('gives up on a model that falls silent, at the idle time-out', async () => {
    bench = await ModelBench.start({ rules: [{ reply: { text: ['a', 'b'], holdAfter: 1 } }] }, { idleTimeoutMs: 60 });
    expect(await bench.fail()).toMatchObject({
      code: 'model.timedOut',
      message: 'acme m-1 stopped in the middle of its answer within 0.06 s.',
    });
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
