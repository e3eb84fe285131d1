import { createRunActivities, createEventSink, Quarantine, Wakefulness } from '@tenon/activities';
import { Listener, PostgresRunFeed, PostgresSecretStore, RunBell } from '@tenon/database';
import { fixedKeys } from '@tenon/database/testing';
import { buildDefinition, buildNode } from '@tenon/dsl/testing';
import {
  createFakeChatModel,
  createFakeLogger,
  createFakeModelDirectory,
  createFakeObjectStore,
  type FakeChatModel,
} from '@tenon/ports/testing';
import type { CodeRunner, OutboundHttp } from '@tenon/ports';
import { createValueRoom } from './memory-shares.js';
import { runWorker, type RunningWorker } from './run-worker.js';
import { startRunBench, type RunBench } from './testing/run-bench.js';

let bench: RunBench;
let worker: RunningWorker;
let model: FakeChatModel;

const KEY = new Uint8Array(32);
const unused = new Proxy({}, { get: () => () => Promise.reject(new Error('not used here')) });

beforeAll(async () => {
  bench = await startRunBench();
  const price = { input: 2_000_000, output: 8_000_000 };
  model = createFakeChatModel({ name: 'm', price, answer: () => ({ text: ['Hello', ' there'], usage: USAGE }) });
  worker = await startWorker('w1');
}, 120_000);
afterAll(async () => {
  await worker.close();
  await bench.close();
});

const USAGE = { promptTokens: 3, completionTokens: 2, totalTokens: 5 };

function startWorker(workerId: string): Promise<RunningWorker> {
  const { database } = bench.test;
  const logger = createFakeLogger();
  const bell = new RunBell(database, logger);
  const secrets = new PostgresSecretStore(database, fixedKeys(KEY));
  const parts = {
    ...{ database, bell, feed: new PostgresRunFeed(database, bell, logger), secrets, logger, workerId },
    quarantine: new Quarantine(),
    wakefulness: new Wakefulness(),
    memory: createValueRoom(256 * 1024 * 1024),
    ports: {
      models: createFakeModelDirectory([model]),
      code: unused as CodeRunner,
      http: unused as OutboundHttp,
      memory: bench.history,
      objects: createFakeObjectStore(),
    },
  };
  return runWorker({
    database,
    listener: new Listener(database, logger),
    logger,
    workerId,
    temporal: { address: bench.temporal.address, namespace: 'tenon' },
    workflowBundle: bench.bundle,
    limits: { maxSteps: 1_000, maxDurationMs: 600_000 },
    maxRunsPerTeam: 100,
    objects: parts.ports.objects,
    keeping: { runsDays: 90, testRunsDays: 14 },
    activities: createRunActivities(parts),
    eventSink: createEventSink(parts),
    memory: { workflowHeapMb: 256, cachedRuns: 500, steps: 400 },
  });
}

const start = buildNode('start', 'start', {
  variables: [{ variable: 'q', label: 'q', type: 'text-input', required: true, max_length: 48, options: [] }],
});
const llm = buildNode('llm', 'llm', {
  model: { provider: 'openai', name: 'm', mode: 'chat', completion_params: {} },
  prompt_template: [{ role: 'user', text: 'Say {{#start.q#}}' }],
  context: { enabled: false },
});
const end = (selector: string[]) =>
  buildNode('end', 'end', { outputs: [{ variable: 'out', value_selector: selector, value_type: 'string' }] });

describe('a run', () => {
  it('of pure steps ends with its outputs', async () => {
    const definition = buildDefinition({ nodes: [start, end(['start', 'q'])], edges: ['start -> end'] });
    const run = await bench.accept(definition, { inputs: { q: 'hi' } });
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'hi' }, steps: 2 });
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.map(({ stepKey, status }) => [stepKey, status])).toEqual([
      ['start', 'succeeded'],
      ['end', 'succeeded'],
    ]);
  }, 30_000);

  it('calls a model once, streams its text and keeps prompt, reply, usage and cost', async () => {
    const definition = buildDefinition({
      nodes: [start, llm, end(['llm', 'text'])],
      edges: ['start -> llm', 'llm -> end'],
    });
    const run = await bench.accept(definition, { inputs: { q: 'hi' } });
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'Hello there' } });
    expect(model.requests).toHaveLength(1);
    const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
    const usage = { ...USAGE, costNanoUsd: 22_000 };
    expect(attempt).toMatchObject({ stepKey: 'llm', execution: 1, cause: 'first', outcome: 'succeeded', usage });
    expect(JSON.stringify(attempt?.request)).toContain('Say hi');
    const text = await bench.history.listText(run.teamId, run.runId, new Map());
    expect(text.map((chunk) => chunk.text).join('')).toBe('Hello there');
    const events = await bench.eventsOf(run);
    expect(events.map(({ type }) => type).filter((type) => type === 'step.succeeded')).toHaveLength(3);
    expect(events.find((event) => event.type === 'step.succeeded' && event.stepKey === 'llm')).toMatchObject({
      outputs: { text: 'Hello there' },
    });
  }, 30_000);
});
