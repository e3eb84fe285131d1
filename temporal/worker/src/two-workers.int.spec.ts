import { buildDefinition } from '@tenon/dsl/testing';
import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import { startRunBench, type RunBench } from './testing/run-bench.js';
import { startTestWorker, type TestWorker } from './testing/test-worker.js';

/* Workers beside each other, each with a relay and a reconciler: every run is started and carried once. */

let bench: RunBench;
let model: ScriptedModel;
let workers: readonly TestWorker[];

beforeAll(async () => {
  [bench, model] = await Promise.all([startRunBench(), startScriptedModel({ defaultReply: { text: 'fine' } })]);
  workers = await Promise.all(
    ['w1', 'w2'].map((workerId) => startTestWorker(bench, { workerId, modelUrl: model.baseUrl })),
  );
}, 120_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await Promise.all([bench.close(), model.close()]);
});

it('B81 two workers that look for the same queued runs start each of them once', async () => {
  const one = buildDefinition({
    nodes: [startNode(), llmNode('llm', 'Say it'), endNode({ out: ['llm', 'text'] })],
    edges: ['start -> llm', 'llm -> end'],
  });
  const runs = await Promise.all(Array.from({ length: 60 }, () => bench.accept(one)));
  const ended = await Promise.all(runs.map((run) => run.ended()));
  expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  expect(model.counts().total).toBe(runs.length);
  for (const { teamId, runId } of runs) {
    const attempts = await bench.history.listAttempts(teamId, runId);
    expect(attempts.map(({ execution, cause }) => [execution, cause])).toEqual([[1, 'first']]);
    const events = await bench.history.listEvents(teamId, runId, 0);
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
  }
}, 90_000);
