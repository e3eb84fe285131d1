import { buildDefinition } from '@tenon/dsl/testing';
import type { Plan, PlanStep } from '@tenon/engine';
import { historyOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode, templateNode } from './testing/nodes.js';
import { compiled } from './testing/run-bench.js';
import { replay } from './testing/replay.js';

/** For ten thousand steps, twice as many as a worker has to compute again within ten seconds. */
const REPLAYED_WITHIN_MS = 20_000;

/* Runs that are wide or long. */

let bench: ModelBench;
let model: ModelBench['model'];
let client: ModelBench['client'];

beforeAll(async () => {
  bench = await startModelBench();
  ({ model, client } = bench);
}, 120_000);
afterAll(() => bench.close());

it('twenty model calls run side by side', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `call${index}`);
  model.setRules([{ reply: { text: ['a', 'b'], holdAfter: 1 } }]);
  const nodes = [
    startNode(),
    ...names.map((name) => llmNode(name, name)),
    templateNode('join', '{{ first }}{{ last }}', { first: ['call0', 'text'], last: ['call19', 'text'] }),
    endNode({ out: ['join', 'output'] }),
  ];
  const edges = [...names.flatMap((name) => [`start -> ${name}`, `${name} -> join`]), 'join -> end'];
  const run = await bench.accept(buildDefinition({ nodes, edges }));
  await model.waitForHeld(20);
  model.release();
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'abab' }, steps: 23 });
  expect(model.counts().total).toBe(20);
}, 30_000);

/** Templates one after the other, each of which adds one to what the one before it gave. */
function chainOf(count: number): Plan {
  const plan = compiled(
    buildDefinition({
      nodes: [
        startNode(),
        templateNode('t', '{{ n | int + 1 }}', { n: ['start', 'q'] }),
        endNode({ out: ['t', 'output'] }),
      ],
      edges: ['start -> t', 't -> end'],
    }),
  );
  const [first, template, end] = plan.steps as [PlanStep, PlanStep, PlanStep];
  const from = (step: PlanStep, [node, name]: readonly [string, string], id: string): PlanStep =>
    JSON.parse(
      JSON.stringify({ ...step, id }).replaceAll(/\["(start","q|t","output)"\]/g, JSON.stringify([node, name])),
    );
  const chain = Array.from({ length: count }, (_, index) =>
    from(template, index === 0 ? ['start', 'q'] : [`t${index - 1}`, 'output'], `t${index}`),
  );
  const steps = [first, ...chain, from(end, [`t${count - 1}`, 'output'], 'end')];
  const edges = steps.slice(1).map(({ id }, index) => ({ source: steps[index]?.id ?? '', exit: 'source', target: id }));
  return { ...plan, steps, edges };
}

it('B79 W8 a chain of ten thousand steps ends, with a plan that is too large for one message, and is computed again soon', async () => {
  const count = 9_998;
  const run = await bench.acceptPlan(chainOf(count), { inputs: { q: '0' } });
  expect(JSON.stringify(run.plan).length).toBeGreaterThan(2 * 1024 * 1024);
  expect(await run.ended()).toMatchObject({
    status: 'succeeded',
    outputs: { out: String(count) },
    steps: count + 2,
    lastSeq: 2 * (count + 2) + 2,
  });
  const [row] = await bench.test.database.rows<{ events: number; steps: number }>(
    `select (select count(*)::int from run_event where run_id = $1) as events,
       (select count(*)::int from step where run_id = $1 and status = 'succeeded') as steps`,
    [run.runId],
  );
  expect(row).toEqual({ events: 2 * (count + 2) + 2, steps: count + 2 });
  const history = await historyOf(client, run.runId);
  const { events } = history as unknown as { events: { eventType: string }[] };
  for (const trouble of ['FAILED', 'TIMED_OUT'])
    expect(events.map(({ eventType }) => eventType)).not.toContain(`EVENT_TYPE_WORKFLOW_TASK_${trouble}`);
  const from = performance.now();
  expect(await replay(bench.bundle, { history })).toEqual({ history: undefined });
  expect(performance.now() - from).toBeLessThan(REPLAYED_WITHIN_MS);
}, 120_000);
