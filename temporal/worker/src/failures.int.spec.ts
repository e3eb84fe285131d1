import { TeamRepository } from '@tenon/database';
import { buildDefinition } from '@tenon/dsl/testing';
import type { JsonObject } from '@tenon/base';
import type { PlanStep } from '@tenon/engine';
import type { ScriptedFault } from '@tenon/ports/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { conditionNode, endNode, getNode, llmNode, retries, startNode } from './testing/nodes.js';
import { compiled, type AcceptedRun, type Given } from './testing/run-bench.js';

/* What a step's failure comes to, with a model and a web server that really fail. */

let bench: ModelBench;
let model: ModelBench['model'];
let web: Server;
let webUrl: string;

beforeAll(async () => {
  const limits = { firstTokenTimeoutMs: 1_500, idleTimeoutMs: 1_500, maxReplyBytes: 4_096, maxPromptTokens: 1_000 };
  bench = await startModelBench(limits);
  ({ model } = bench);
  // answers when its client leaves, which is never
  web = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
}, 120_000);
afterAll(async () => {
  await bench.close();
  web.closeAllConnections();
  web.close();
});
beforeEach(() => model.resetCalls());

/** start -> llm -> end, with the model failing as scripted. */
function accept(more: JsonObject = {}, edges = ['start -> llm', 'llm -> end']): Promise<AcceptedRun> {
  const nodes = [startNode(), llmNode('llm', 'Say it', more), endNode({ out: ['llm', 'text'] })];
  return bench.accept(buildDefinition({ nodes, edges }));
}

const always = (fault: ScriptedFault) => model.setRules([{ fault, reply: { text: ['one', ' two', ' three'] } }]);
const once = (fault: ScriptedFault) => model.setRules([{ when: { nth: 1 }, fault, reply: { text: ['one', ' two'] } }]);

/** Whatever fails takes the way of its failure; what is cut short goes another way than what is whole. */
function acceptBranching(more: JsonObject = {}, given: Given = {}): Promise<AcceptedRun> {
  const nodes = [
    startNode(),
    llmNode('llm', 'Say it', { error_strategy: 'fail-branch', ...more }),
    conditionNode('whole', ['llm', 'finish_reason'], 'is', 'stop'),
    endNode({ out: ['llm', 'text'] }),
    endNode({ cut: ['llm', 'finish_reason'], text: ['llm', 'text'] }, 'cut'),
    endNode({ type: ['llm', 'error_type'], message: ['llm', 'error_message'] }, 'failed'),
  ];
  const edges = [
    'start -> llm',
    'llm -> whole',
    'whole:true -> end',
    'whole:false -> cut',
    'llm:fail-branch -> failed',
  ];
  return bench.accept(buildDefinition({ nodes, edges }), given);
}

const llmAttempts = async ({ teamId, runId }: AcceptedRun) => bench.history.listAttempts(teamId, runId);

/** One try at a step is one call, but one more where a connection was kept from before and is reset. */
function expectCalls(tries: number, { kind }: ScriptedFault): void {
  expect(kind === 'reset' ? [tries, tries + 1] : [tries]).toContain(model.counts().total);
}

describe('a model that fails', () => {
  it.each<[string, ScriptedFault, string, string | undefined]>([
    ['M1 is busy', { kind: 'status', status: 429 }, 'model.rateLimited', undefined],
    ['M2 breaks', { kind: 'status', status: 500 }, 'model.unavailable', undefined],
    ['M2 has a gateway that breaks', { kind: 'status', status: 502 }, 'model.unavailable', undefined],
    ['M2 hangs up', { kind: 'reset' }, 'model.unreachable', undefined],
    ['M3 never answers', { kind: 'neverAnswers' }, 'model.timedOut', undefined],
    ['M3 sends a byte now and then', { kind: 'trickle', everyMs: 20 }, 'model.timedOut', undefined],
    [
      'M3 sends a byte now and then after its first word',
      { kind: 'trickle', everyMs: 20, after: 1 },
      'model.timedOut',
      'one',
    ],
    ['M4 cuts its answer', { kind: 'cutStream', after: 2 }, 'model.cutStream', 'one two'],
    ['M4 ends its answer too early', { kind: 'cutStream', after: 2, orderly: true }, 'model.cutStream', 'one two'],
    ['M4 sends broken JSON', { kind: 'brokenJson', after: 1 }, 'model.brokenReply', 'one'],
    ['M4 gives no choice', { kind: 'emptyChoices' }, 'model.brokenReply', undefined],
  ])(
    '%s ends the run with its reason, tried once, and what came is kept and marked as a part',
    async (_how, fault, code, text) => {
      always(fault);
      const run = await accept();
      expect(await run.ended()).toMatchObject({ status: 'failed', failure: { code, stepKey: 'llm' }, exceptions: 1 });
      expectCalls(1, fault);
      const [attempt] = await llmAttempts(run);
      expect(attempt).toMatchObject({ stepKey: 'llm', execution: 1, outcome: 'failed', failure: { code } });
      if (text === undefined) expect([attempt?.reply, attempt?.usage]).toEqual([null, null]);
      else
        expect(attempt).toMatchObject({
          reply: { text, finishReason: null, isPartial: true },
          usage: { isEstimated: true },
        });
    },
    30_000,
  );

  it('M4 leaves out [DONE], or calls a tool that nobody offered with arguments that are no JSON: its answer is whole', async () => {
    always({ kind: 'missingDone' });
    expect(await (await acceptBranching()).ended()).toMatchObject({
      status: 'succeeded',
      outputs: { out: 'one two three' },
    });
    const toolCalls = [{ name: 'search', arguments: '{"q":' }];
    model.setRules([{ reply: { text: 'so', toolCalls } }]);
    const run = await acceptBranching();
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { cut: 'tool_calls', text: 'so' } });
    expect((await llmAttempts(run))[0]?.reply).toMatchObject({ toolCalls });
  }, 30_000);

  it.each(['length', 'content_filter'])(
    'M5 ends its answer because of %s, which the flow can go by',
    async (reason) => {
      model.setRules([{ reply: { text: 'one two', finishReason: reason } }]);
      const run = await acceptBranching();
      expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { cut: reason, text: 'one two' } });
    },
  );

  it.each<[string, ScriptedFault]>([
    ['a status', { kind: 'status', status: 503 }],
    ['a connection that is reset', { kind: 'reset' }],
    ['an answer that is cut', { kind: 'cutStream', after: 2 }],
  ])(
    'M2 is asked again after %s, as often as its author allows, and then the run takes the failure branch',
    async (_how, fault) => {
      always(fault);
      const run = await acceptBranching(retries(2, 50));
      const outputs = { type: expect.stringMatching(/^Invoke(ServerUnavailable|Connection)Error$/) as string };
      expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded', outputs, exceptions: 3 });
      expectCalls(3, fault);
    },
  );

  it('M1 asks for more time than its step may take is not asked again: the run goes on at once', async () => {
    always({ kind: 'status', status: 429, retryAfter: new Date(Date.now() + 7_200_000).toUTCString() });
    const run = await acceptBranching(retries(3, 50));
    expect(await run.ended()).toMatchObject({
      outputs: { type: 'InvokeRateLimitError', message: expect.stringMatching(/429, again after \d{4} s/) as string },
    });
    expect(model.counts().total).toBe(1);
  }, 30_000);

  it.each([
    ['nothing', null],
    ['less than nothing', { promptTokens: -50, completionTokens: -7 }],
    ['what no call can have', { promptTokens: 5, completionTokens: 1e15 }],
  ])('B71 says that it cost %s: it is counted and marked', async (_what, usage) => {
    model.setRules([{ reply: { text: 'one two', usage } }]);
    const run = await acceptBranching();
    const cost = { promptTokens: 2, completionTokens: 2, totalTokens: 4, isEstimated: true };
    expect(await run.ended()).toMatchObject({ status: 'succeeded', usage: cost });
    expect((await llmAttempts(run))[0]?.usage).toEqual(cost);
  });

  it('M4 does not stop answering is broken off, and the run says so', async () => {
    model.setRules([{ reply: { text: Array.from({ length: 100 }, () => 'x'.repeat(1_024)), betweenMs: 5 } }]);
    const run = await accept();
    const failure = { code: 'model.replyTooLarge', stepKey: 'llm', type: 'InvokeServerUnavailableError' };
    expect(await run.ended()).toMatchObject({ status: 'failed', failure });
    await model.waitForAborted(1);
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt?.reply).toMatchObject({ text: 'x'.repeat(4_096) });
  }, 30_000);

  it('M4 in the middle of its answer leaves what came, for people', async () => {
    always({ kind: 'cutStream', after: 2 });
    const run = await accept();
    await run.ended();
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt?.reply).toMatchObject({ text: 'one two' });
    const text = await bench.history.listText(run.teamId, run.runId, new Map());
    expect(text.map((chunk) => chunk.text).join('')).toBe('one two');
  }, 30_000);

  it('M4 in the middle of its answer has cost what came: the try, the step and the run say the same', async () => {
    always({ kind: 'cutStream', after: 2 });
    const run = await accept();
    const { usage } = await run.ended();
    expect(usage?.totalTokens).toBeGreaterThan(0);
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt).toMatchObject({ outcome: 'failed', usage, reply: { text: 'one two', usage } });
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.find(({ stepKey }) => stepKey === 'llm')).toMatchObject({ status: 'failed', usage });
  }, 30_000);

  it('in the time that a step may take keeps what came until then', async () => {
    model.setRules([{ reply: { text: ['one', ' two', ' three'], holdAfter: 2 } }]);
    const nodes = [startNode(), llmNode('llm', 'Say it'), endNode({ out: ['llm', 'text'] })];
    const plan = compiled(buildDefinition({ nodes, edges: ['start -> llm', 'llm -> end'] }));
    const limited = ({ instruction }: PlanStep) =>
      instruction.kind === 'activity' ? { ...instruction, timeoutMs: 600 } : instruction;
    const steps = plan.steps.map((step) => ({ ...step, instruction: limited(step) }));
    const run = await bench.acceptPlan({ ...plan, steps });
    const { failure, usage } = await run.ended();
    expect(failure).toMatchObject({ code: 'step.timedOut', stepKey: 'llm' });
    expect(usage?.completionTokens).toBeGreaterThan(0);
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt).toMatchObject({ outcome: 'failed', usage, reply: { text: 'one two', finishReason: null, usage } });
  }, 30_000);

  it('M2 is asked again after the interval that the author chose, with the same key', async () => {
    once({ kind: 'status', status: 500 });
    const run = await accept(retries(2, 300));
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded', outputs: { out: 'fine' }, exceptions: 1 });
    const [first, second] = model.calls();
    expect(model.counts().total).toBe(2);
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(300);
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
    const attempts = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempts.map(({ attempt, execution, cause, outcome }) => [attempt, execution, cause, outcome])).toEqual([
      [1, 1, 'first', 'failed'],
      [2, 1, 'retry', 'succeeded'],
    ]);
    const events = await bench.eventsOf(run);
    expect(events.filter(({ type }) => type === 'step.retrying')).toMatchObject([
      { attempt: 1, retry: 1, delayMs: 300 },
    ]);
  }, 30_000);

  it('M1 is left alone for as many seconds as it asks', async () => {
    once({ kind: 'status', status: 429, retryAfter: 3 });
    const run = await accept(retries(1, 50));
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded' });
    const [first, second] = model.calls();
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(3_000);
  }, 30_000);

  it('M1 is left alone until the time that it asks for', async () => {
    const until = new Date(Date.now() + 3_000).toUTCString();
    once({ kind: 'status', status: 429, retryAfter: until });
    const run = await accept(retries(1, 50));
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded' });
    expect(model.calls()[1]?.receivedAt).toBeGreaterThanOrEqual(Date.parse(until));
  }, 30_000);

  it('M2 every time is asked as often as the author allows, then the run fails', async () => {
    always({ kind: 'status', status: 503 });
    const run = await accept(retries(2, 50));
    expect(await run.ended()).toMatchObject({
      status: 'failed',
      exceptions: 3,
      failure: { code: 'model.unavailable' },
    });
    expect(model.counts().total).toBe(3);
  }, 30_000);

  it('M2 sends the run down its failure branch', async () => {
    always({ kind: 'status', status: 500, message: 'Broken.' });
    const failing = llmNode('llm', 'Say it', { error_strategy: 'fail-branch' });
    const nodes = [
      startNode(),
      failing,
      endNode({ out: ['llm', 'text'] }),
      endNode({ type: ['llm', 'error_type'], message: ['llm', 'error_message'] }, 'failed'),
    ];
    const edges = ['start -> llm', 'llm -> end', 'llm:fail-branch -> failed'];
    const run = await bench.accept(buildDefinition({ nodes, edges }));
    expect(await run.ended()).toMatchObject({
      status: 'partiallySucceeded',
      outputs: { type: 'InvokeServerUnavailableError', message: expect.stringContaining('Broken.') },
    });
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(Object.fromEntries(steps.map(({ stepKey, status }) => [stepKey, status]))).toEqual({
      start: 'succeeded',
      llm: 'handled',
      end: 'skipped',
      failed: 'succeeded',
    });
  }, 30_000);

  it('is replaced by the default value', async () => {
    always({ kind: 'status', status: 500 });
    const default_value = [{ key: 'text', type: 'string', value: 'instead' }];
    const run = await accept({ error_strategy: 'default-value', default_value });
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded', outputs: { out: 'instead' } });
  }, 30_000);
});

it('B70 a prompt that is longer than a worker allows is not sent', async () => {
  const nodes = [startNode(), llmNode('llm', 'word '.repeat(2_000), retries(3, 50)), endNode({ out: ['llm', 'text'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> llm', 'llm -> end'] }));
  expect(await run.ended()).toMatchObject({
    status: 'failed',
    failure: { code: 'model.promptTooLarge', message: expect.stringContaining('no more than 1000') as string },
  });
  expect(model.counts().total).toBe(0);
}, 30_000);

describe('B70 a team whose tokens of the day are spent', () => {
  it('has its next call refused, which names the limit, and a retry does not wait for the next day', async () => {
    model.setRules([{ reply: { text: 'one', usage: { promptTokens: 90, completionTokens: 10 } } }]);
    const nodes = [startNode(), llmNode('first', 'First'), llmNode('second', 'Second', retries(3, 50)), endNode({})];
    const two = buildDefinition({ nodes, edges: ['start -> first', 'first -> second', 'second -> end'] });
    const whole = await bench.accept(two);
    expect(await whole.ended()).toMatchObject({ status: 'succeeded', usage: { totalTokens: 200 } });
    await settleTokens(whole, 300);
    const run = await bench.accept(two, { owner: whole });
    expect(await run.ended()).toMatchObject({
      status: 'failed',
      failure: {
        ...{ code: 'budget.spent', type: 'InvokeRateLimitError', stepKey: 'second' },
        message: expect.stringContaining('has used 300 of the 300 tokens that it may use in a day') as string,
      },
    });
    expect(model.counts().total).toBe(3);
  }, 30_000);

  it('goes beyond them by no more than what its runs have under way, however many run', async () => {
    model.setRules([{ reply: { text: 'one', usage: { promptTokens: 90, completionTokens: 10 } } }]);
    const seed = await acceptBranching();
    await seed.ended();
    await settleTokens(seed, 500);
    model.resetCalls();
    const nodes = [startNode(), ...steps(10), endNode({})];
    const ten = buildDefinition({
      nodes,
      edges: ['start -> 1', ...steps(9).map((_, i) => `${i + 1} -> ${i + 2}`), '10 -> end'],
    });
    const runs = await Promise.all(Array.from({ length: 10 }, () => bench.accept(ten, { owner: seed })));
    for (const run of runs) expect((await run.ended()).failure?.code).toBe('budget.spent');
    // four calls were left, and ten runs may have one open each
    expect(model.counts().total).toBeLessThan(4 + 10);
  }, 60_000);
});

const steps = (count: number) => Array.from({ length: count }, (_, i) => llmNode(String(i + 1), `Step ${i + 1}`));

const settleTokens = ({ teamId }: AcceptedRun, tokensPerDay: number) =>
  new TeamRepository(bench.test.database).saveSettings(teamId, {
    ...{ keepRunsDays: null, keepTestRunsDays: null },
    tokensPerDay,
  });

it('a web server that never answers ends at the limit of the node', async () => {
  const nodes = [startNode(), getNode('get', webUrl, 0.6), endNode({ out: ['get', 'body'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> get', 'get -> end'] }));
  const { failure } = await run.ended();
  expect(failure).toMatchObject({ stepKey: 'get', code: expect.stringMatching(/^(step|outbound)\.timedOut$/) });
}, 30_000);
