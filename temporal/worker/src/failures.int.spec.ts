import { buildDefinition } from '@tenon/dsl/testing';
import type { JsonObject } from '@tenon/base';
import type { PlanStep } from '@tenon/engine';
import { startScriptedModel, type ScriptedFault, type ScriptedModel } from '@tenon/ports/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endNode, getNode, llmNode, retries, startNode } from './testing/nodes.js';
import { compiled, startRunBench, type AcceptedRun, type RunBench } from './testing/run-bench.js';
import { startTestWorker, type TestWorker } from './testing/test-worker.js';

/* What a step's failure comes to, with a model and a web server that really fail. */

let bench: RunBench;
let worker: TestWorker;
let model: ScriptedModel;
let web: Server;
let webUrl: string;

beforeAll(async () => {
  [bench, model] = await Promise.all([startRunBench(), startScriptedModel({ defaultReply: { text: 'fine' } })]);
  worker = await startTestWorker(bench, { modelUrl: model.baseUrl, firstTokenTimeoutMs: 400, maxReplyBytes: 4_096 });
  // answers when its client leaves, which is never
  web = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
}, 120_000);
afterAll(async () => {
  await worker.close();
  await Promise.all([bench.close(), model.close()]);
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

describe('a model that fails', () => {
  it.each<[string, ScriptedFault, string]>([
    ['is busy', { kind: 'status', status: 429 }, 'model.rateLimited'],
    ['breaks', { kind: 'status', status: 500 }, 'model.unavailable'],
    ['cuts its answer', { kind: 'cutStream', after: 2 }, 'model.cutStream'],
    ['sends broken JSON', { kind: 'brokenJson', after: 1 }, 'model.brokenReply'],
    ['hangs up', { kind: 'reset' }, 'model.unreachable'],
    ['never answers', { kind: 'neverAnswers' }, 'model.timedOut'],
  ])(
    'and %s ends the run with its reason, called once',
    async (_how, fault, code) => {
      always(fault);
      const run = await accept();
      expect(await run.ended()).toMatchObject({ status: 'failed', failure: { code, stepKey: 'llm' }, exceptions: 1 });
      expect(model.counts().total).toBe(1);
      const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
      expect(attempt).toMatchObject({ stepKey: 'llm', execution: 1, outcome: 'failed', failure: { code } });
    },
    30_000,
  );

  it('because its answer does not stop is broken off, and the run says so', async () => {
    model.setRules([{ reply: { text: Array.from({ length: 100 }, () => 'x'.repeat(1_024)), betweenMs: 5 } }]);
    const run = await accept();
    const failure = { code: 'model.replyTooLarge', stepKey: 'llm', type: 'InvokeServerUnavailableError' };
    expect(await run.ended()).toMatchObject({ status: 'failed', failure });
    await model.waitForAborted(1);
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt?.reply).toMatchObject({ text: 'x'.repeat(4_096) });
  }, 30_000);

  it('in the middle of its answer leaves what came, for people', async () => {
    always({ kind: 'cutStream', after: 2 });
    const run = await accept();
    await run.ended();
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    expect(attempt?.reply).toMatchObject({ text: 'one two' });
    const text = await bench.history.listText(run.teamId, run.runId, new Map());
    expect(text.map((chunk) => chunk.text).join('')).toBe('one two');
  }, 30_000);

  it('in the middle of its answer has cost what came: the try, the step and the run say the same', async () => {
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

  it('is asked again after the interval that the author chose, with the same key', async () => {
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
    const events = await bench.history.listEvents(run.teamId, run.runId, 0);
    expect(events.filter(({ type }) => type === 'step.retrying')).toMatchObject([
      { attempt: 1, retry: 1, delayMs: 300 },
    ]);
  }, 30_000);

  it('is left alone for as long as it asks', async () => {
    once({ kind: 'status', status: 429, retryAfter: 1 });
    const run = await accept(retries(1, 50));
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded' });
    const [first, second] = model.calls();
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(1_000);
  }, 30_000);

  it('every time is asked as often as the author allows, then the run fails', async () => {
    always({ kind: 'status', status: 503 });
    const run = await accept(retries(2, 50));
    expect(await run.ended()).toMatchObject({
      status: 'failed',
      exceptions: 3,
      failure: { code: 'model.unavailable' },
    });
    expect(model.counts().total).toBe(3);
  }, 30_000);

  it('sends the run down its failure branch', async () => {
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

it('a web server that never answers ends at the limit of the node', async () => {
  const nodes = [startNode(), getNode('get', webUrl, 0.6), endNode({ out: ['get', 'body'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> get', 'get -> end'] }));
  const { failure, startedAt, finishedAt } = await run.ended();
  expect(failure).toMatchObject({ stepKey: 'get', code: expect.stringMatching(/^(step|outbound)\.timedOut$/) });
  expect(Number(finishedAt) - Number(startedAt)).toBeLessThan(3_000);
}, 30_000);
