import { workflowId } from '@tenon/contract';
import { buildDefinition } from '@tenon/dsl/testing';
import { createFakeLogger } from '@tenon/ports/testing';
import { Reconciler } from './reconciler.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import { until } from './testing/until.js';

/* Workers beside each other, each with a relay and a reconciler: every run is started and carried once. */

let bench: ModelBench;
let model: ModelBench['model'];

beforeAll(async () => {
  bench = await startModelBench();
  ({ model } = bench);
  await bench.startWorker({ workerId: 'w2' });
}, 120_000);
afterAll(() => bench.close());

const one = buildDefinition({
  nodes: [startNode(), llmNode('llm', 'Say it'), endNode({ out: ['llm', 'text'] })],
  edges: ['start -> llm', 'llm -> end'],
});

it('B81 two workers that look for the same queued runs start each of them once', async () => {
  const runs = await Promise.all(Array.from({ length: 60 }, () => bench.accept(one)));
  const ended = await Promise.all(runs.map((run) => run.ended()));
  expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['succeeded']));
  expect(model.counts().total).toBe(runs.length);
  for (const { teamId, runId } of runs) {
    const attempts = await bench.history.listAttempts(teamId, runId);
    expect(attempts.map(({ execution, cause }) => [execution, cause])).toEqual([[1, 'first']]);
    const events = await bench.eventsOf({ teamId, runId });
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
  }
}, 90_000);

it('B81 reconcilers that look at once end each run once, and start what is lost once', async () => {
  const {
    client,
    test: { database },
  } = bench;
  model.resetCalls();
  model.setRules([{ when: { nthOfKey: 1 }, reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
  const [ended, lost] = [await bench.accept(one), await bench.accept(one)];
  await model.waitForHeld(2);
  await client.workflow.getHandle(workflowId(ended.runId)).terminate('by an operator');
  const workflow = { namespace: 'tenon', workflowExecution: { workflowId: workflowId(lost.runId) } };
  await client.workflowService.deleteWorkflowExecution(workflow);
  const isGone = () =>
    client.workflow
      .getHandle(workflowId(lost.runId))
      .describe()
      .then(
        () => false,
        () => true,
      );
  await until(isGone, 'the workflow to be gone');
  const looks = Array.from({ length: 4 }, () =>
    new Reconciler({ database, client, logger: createFakeLogger(), onServer: () => undefined }).look(0),
  );
  await Promise.all(looks);
  expect([(await ended.ended()).status, (await lost.ended()).status]).toEqual(['stopped', 'succeeded']);
  for (const { teamId, runId } of [ended, lost]) {
    const events = await bench.eventsOf({ teamId, runId });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
  }
  // what was lost is called once more, and what was ended is not
  expect(model.counts().total).toBe(3);
}, 90_000);
