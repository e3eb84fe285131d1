import type { Json } from '@tenon/base';
import type { Definition } from '@tenon/dsl';
import { buildDefinition, buildNode } from '@tenon/dsl/testing';
import type { CodeRunner } from '@tenon/ports';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { historiesOf, historyOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, getNode, llmNode, retries, startNode, templateNode } from './testing/nodes.js';
import { replay } from './testing/replay.js';
import { bundleOtherWorkflows, type AcceptedRun } from './testing/run-bench.js';

/*
 * One run of every shape of history, replayed as soon as it has ended. With TENON_RECORD_HISTORIES=1 the histories are
 * kept beside the workflows, where they hold every later build to what this one did.
 */

const FOLDER = path.resolve(__dirname, '../../workflows/__histories__');

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
let web: Server;
let webUrl: string;

let codeRuns = 0;
/** Code whose first run never ends. */
const slowOnce: CodeRunner = {
  describe: () => Promise.reject(new Error('not asked here')),
  run: ({ signal }) => {
    if (codeRuns++ > 0) return Promise.resolve({ result: '{"answer":"second"}', printed: '', durationMs: 1 });
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  },
};

beforeAll(async () => {
  web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  bench = await startModelBench({ code: slowOnce });
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(async () => {
  await bench.close();
  web.close();
});

type Node = ReturnType<typeof buildNode>;

/** start -> each node in turn -> end with the last node's `output`. */
function chain(nodes: readonly Node[], output: string): Definition {
  const all = [startNode(), ...nodes, endNode({ out: [nodes.at(-1)?.id ?? 'start', output] })];
  return buildDefinition({ nodes: all, edges: all.slice(1).map(({ id }, index) => `${all[index]?.id} -> ${id}`) });
}

const names = Array.from({ length: 5 }, (_, index) => `call${index}`);
const code = { code_language: 'javascript', code: 'function main() {}', variables: [] };
const failing = { kind: 'status', status: 500 } as const;

const SHAPES: Record<string, () => Definition> = {
  'pure-steps': () => chain([templateNode('t', '{{ q }}!', { q: ['start', 'q'] })], 'output'),
  'many-pure-steps': () =>
    chain(
      Array.from({ length: 120 }, (_, index) => templateNode(`t${index}`, 'x')),
      'output',
    ),
  'model-call': () => chain([llmNode('llm', 'Say it')], 'text'),
  'short-call': () => chain([getNode('get', webUrl)], 'body'),
  'retry-after-failure': () => {
    model.setRules([{ when: { nth: 1 }, fault: failing }]);
    return chain([llmNode('llm', 'Say it', retries(1))], 'text');
  },
  'default-value': () => {
    model.setRules([{ fault: failing }]);
    const default_value = [{ key: 'text', type: 'string', value: 'instead' }];
    return chain([llmNode('llm', 'Say it', { error_strategy: 'default-value', default_value })], 'text');
  },
  'failure-branch': () => {
    model.setRules([{ fault: failing }]);
    const nodes = [
      startNode(),
      llmNode('llm', 'Say it', { error_strategy: 'fail-branch' }),
      endNode({ out: ['llm', 'text'] }),
      endNode({ why: ['llm', 'error_type'] }, 'failed'),
    ];
    return buildDefinition({ nodes, edges: ['start -> llm', 'llm -> end', 'llm:fail-branch -> failed'] });
  },
  parallel: () => {
    const join = templateNode('join', '{{ a }}{{ b }}', { a: ['call0', 'text'], b: ['get', 'body'] });
    const calls = names.map((name) => llmNode(name, name));
    const nodes = [startNode(), ...calls, getNode('get', webUrl), join, endNode({ out: ['join', 'output'] })];
    const edges = [...names, 'get'].flatMap((name) => [`start -> ${name}`, `${name} -> join`]);
    return buildDefinition({ nodes, edges: [...edges, 'join -> end'] });
  },
  stopped: () => {
    model.setRules([{ reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    return chain([llmNode('llm', 'Say it')], 'text');
  },
  'short-becomes-long': () =>
    chain([buildNode('code', 'code', { ...code, outputs: { answer: { type: 'string', children: null } } })], 'answer'),
  'value-reference': () => {
    model.setRules([{ reply: { text: ['long text '.repeat(10_000)] } }]);
    const measure = templateNode('measure', '{{ text | length }}', { text: ['llm', 'text'] });
    return chain([llmNode('llm', 'Write'), measure], 'output');
  },
  'plan-by-hash': () =>
    chain(
      Array.from({ length: 3 }, (_, index) => templateNode(`t${index}`, `${'x'.repeat(60_000)}`)),
      'output',
    ),
};

async function record(name: string): Promise<Json> {
  model.setRules([]);
  const run: AcceptedRun = await bench.accept((SHAPES[name] as () => Definition)(), { inputs: { q: 'hi' } });
  if (name === 'stopped') {
    await model.waitForHeld(1);
    await bench.runs.requestStop(run.teamId, run.runId, 'enough');
  }
  await run.ended();
  await client.workflow.getHandle(`run/${run.runId}`).result();
  return historyOf(client, run.runId);
}

it.each(Object.keys(SHAPES))(
  '%s: what has just run replays',
  async (name) => {
    const history = await record(name);
    expect(await replay(bench.bundle, { [name]: history })).toEqual({ [name]: undefined });
    await keep(FOLDER, name, history);
  },
  30_000,
);

it('a run with more than one history: each replays', async () => {
  await worker.close();
  const workflowBundle = await bundleOtherWorkflows('short-histories.workflow.ts');
  worker = await bench.startWorker({ workflowBundle });
  model.setRules([{ when: { user: 'Beside', nthOfKey: 1 }, fault: failing }]);
  const nodes = [
    startNode(),
    ...names.map((name) => llmNode(name, name)),
    llmNode('beside', 'Beside', retries(1, 3_000)),
    ...['side0', 'side1'].map((name) => llmNode(name, name)),
    endNode({ out: ['call4', 'text'] }),
  ];
  const chained = names.map((name, index) => `${names[index - 1] ?? 'start'} -> ${name}`);
  const edges = ['call4', 'beside', 'side0', 'side1'].map((name) => `${name} -> end`);
  const sides = ['beside', 'side0', 'side1'].map((name) => `start -> ${name}`);
  const run = await bench.accept(buildDefinition({ nodes, edges: [...chained, ...sides, ...edges] }));
  await run.ended();
  await client.workflow.getHandle(`run/${run.runId}`).result();
  const [first, last, ...more] = (await historiesOf(client, run.runId)) as [Json, Json];
  expect(more).toEqual([]);
  const parts = { first, last };
  expect(await replay(workflowBundle, parts)).toEqual({ first: undefined, last: undefined });
  for (const [name, history] of Object.entries(parts)) await keep(path.join(FOLDER, 'carried'), name, history);
}, 60_000);

async function keep(folder: string, name: string, history: Json): Promise<void> {
  if (process.env['TENON_RECORD_HISTORIES'] !== '1') return;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${name}.json`), `${JSON.stringify(history, null, 1)}\n`);
}
