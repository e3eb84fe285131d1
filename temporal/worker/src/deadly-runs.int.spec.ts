import { buildDefinition } from '@tenon/dsl/testing';
import { createValueRoom } from './memory-shares.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode, templateNode } from './testing/nodes.js';

/* Runs that want more memory than there is: they end with their reason, and nothing else does. */

const VALUE_BYTES = 16 * 1024 * 1024;
const memory = createValueRoom(VALUE_BYTES);

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];

beforeAll(async () => {
  bench = await startModelBench({ workflowHeapMb: 64, memory, maxReplyBytes: 20_000_000 });
  ({ worker, model } = bench);
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => model.setRules([]));
afterEach(() => expect(memory.heldBytes).toBe(0));

it('W9 a run whose values fill the memory of workflow code is ended, and its neighbour goes on', async () => {
  model.setRules([{ when: { user: 'Neighbour' }, reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
  const neighbour = await bench.accept(
    buildDefinition({
      nodes: [startNode(), llmNode('llm', 'Neighbour'), endNode({ out: ['llm', 'text'] })],
      edges: ['start -> llm', 'llm -> end'],
    }),
  );
  await model.waitForHeld(1);
  const names = Array.from({ length: 1_500 }, (_, index) => `big${index}`);
  const order = ['start', ...names, 'end'];
  const greedy = await bench.accept(
    buildDefinition({
      nodes: [
        startNode(),
        ...names.map((name) => templateNode(name, `{{ "y" * 60000 }}${name}`)),
        endNode({ out: ['big0', 'output'] }),
      ],
      edges: order.slice(1).map((name, index) => `${order[index]} -> ${name}`),
    }),
  );
  expect(await greedy.ended()).toMatchObject({
    status: 'failed',
    failure: { code: 'step.keptDying', message: expect.stringContaining('memory') },
  });
  const deaths = worker.logger.lines.filter(({ message }) => message.startsWith('the thread of workflow code ended'));
  // beside its neighbour, and alone; on a slow machine it may outlast its time alone once
  expect(deaths.length).toBeGreaterThanOrEqual(2);
  expect(deaths.length).toBeLessThanOrEqual(4);
  model.release();
  expect(await neighbour.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'Half way' } });
}, 180_000);

it('W9 many large replies at once are read one after the other where there is no room for all', async () => {
  const piece = 'x'.repeat(100_000);
  model.setRules([{ reply: { text: Array.from({ length: 30 }, () => piece) } }]);
  const names = Array.from({ length: 8 }, (_, index) => `llm${index}`);
  const nodes = [
    startNode(),
    ...names.map((name) => llmNode(name, name)),
    templateNode('join', '{{ a | length }}', { a: ['llm7', 'text'] }),
    endNode({ out: ['join', 'output'] }),
  ];
  const edges = [...names.flatMap((name) => [`start -> ${name}`, `${name} -> join`]), 'join -> end'];
  let mostBytes = 0;
  const watching = setInterval(() => (mostBytes = Math.max(mostBytes, memory.heldBytes)), 1);
  const run = await bench.accept(buildDefinition({ nodes, edges }));
  const ended = await run.ended().finally(() => clearInterval(watching));
  expect(ended).toMatchObject({ status: 'succeeded', outputs: { out: '3000000' } });
  // one may go beyond the limit, and the text of a reply is there six times
  expect(mostBytes).toBeGreaterThan(VALUE_BYTES / 2);
  expect(mostBytes).toBeLessThanOrEqual(VALUE_BYTES + 6 * 3_000_000);
}, 60_000);

it('W9 a step that reads more large values than fit fails with their size', async () => {
  const piece = 'x'.repeat(100_000);
  model.setRules([{ when: { user: 'Large' }, reply: { text: Array.from({ length: 180 }, () => piece) } }]);
  const nodes = [
    startNode(),
    ...['one', 'two'].map((name) => llmNode(name, 'Large')),
    llmNode('both', '{{#one.text#}}{{#two.text#}}'),
    endNode({ out: ['both', 'text'] }),
  ];
  const edges = ['start -> one', 'one -> two', 'two -> both', 'both -> end'];
  const run = await bench.accept(buildDefinition({ nodes, edges }));
  expect(await run.ended()).toMatchObject({
    status: 'failed',
    failure: { code: 'step.inputsTooLarge', stepKey: 'both', message: expect.stringContaining('bytes') },
  });
}, 60_000);

it('W9 a text that many copies of a large value would make too long fails its step', async () => {
  const piece = 'x'.repeat(100_000);
  model.setRules([{ when: { user: 'Large' }, reply: { text: Array.from({ length: 20 }, () => piece) } }]);
  const nodes = [
    startNode(),
    llmNode('one', 'Large'),
    llmNode('copies', '{{#one.text#}}'.repeat(10)),
    endNode({ out: ['copies', 'text'] }),
  ];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> one', 'one -> copies', 'copies -> end'] }));
  expect(await run.ended()).toMatchObject({ status: 'failed', failure: { code: 'value.tooLarge', stepKey: 'copies' } });
}, 60_000);
