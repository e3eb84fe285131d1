import { secretOf } from '@tenon/engine';
import { PostgresSecretStore } from '@tenon/database';
import { buildDefinition, buildNode, buildVariable } from '@tenon/dsl/testing';
import type { CodeRunner } from '@tenon/ports';
import { fixedKeys, seedApp } from '@tenon/database/testing';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { historyTextOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, getNode, llmNode, startNode, templateNode } from './testing/nodes.js';
import { SECRET_KEY } from './testing/test-worker.js';

/* Values that are large, secret or hostile. */

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
let web: Server;
let webUrl: string;
const requests: IncomingMessage[] = [];

/** What code returns, as JSON text; without it the first run never ends. */
let returned: string | undefined;
let codeRuns = 0;
const slowOnce: CodeRunner = {
  describe: () => Promise.reject(new Error('not asked here')),
  run: ({ signal }) => {
    if (returned !== undefined) return Promise.resolve({ result: returned, printed: '', durationMs: 1 });
    if (codeRuns++ > 0) return Promise.resolve({ result: '{"answer":"second"}', printed: '', durationMs: 1 });
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  },
};

beforeAll(async () => {
  // `/<n>` answers with n characters
  web = createServer((request, response) => {
    requests.push(request);
    const { pathname } = new URL(request.url ?? '', 'http://x');
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(Number(pathname.slice(1))));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  bench = await startModelBench({ code: slowOnce });
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(async () => {
  await bench.close();
  web.closeAllConnections();
  web.close();
});
beforeEach(() => {
  model.setRules([]);
  model.resetCalls();
  requests.length = 0;
});

describe('a value of more than 64 KiB', () => {
  it('is a reference in the history, and whole for the model, the template and the condition after it', async () => {
    const large = 'long text '.repeat(10_000);
    model.setRules([{ when: { user: 'Write' }, reply: { text: [large] } }]);
    const nodes = [
      startNode(),
      llmNode('write', 'Write'),
      templateNode('measure', '{{ text | length }}', { text: ['write', 'text'] }),
      llmNode('read', 'Read {{#write.text#}}'),
      endNode({ length: ['measure', 'output'], read: ['read', 'text'], whole: ['write', 'text'] }),
    ];
    const edges = ['start -> write', 'write -> measure', 'measure -> read', 'read -> end'];
    const run = await bench.accept(buildDefinition({ nodes, edges }));
    const ended = await run.ended();
    expect(ended).toMatchObject({ status: 'succeeded', outputs: { length: '100000', read: 'fine' } });
    expect(JSON.stringify(model.calls().at(-1)?.body)).toContain(large);
    const history = await historyTextOf(client, run.runId);
    expect(history.length).toBeLessThan(64 * 1024);
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.find(({ stepKey }) => stepKey === 'write')?.outputs).toMatchObject({
      text: { $ref: { sizeBytes: 100_002, preview: large.slice(0, 500) } },
    });
  }, 30_000);

  it('fails a step that reads too much of it at once, by name', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `get${index}`);
    const text = names.map((name) => `{{#${name}.body#}}`).join('');
    const gets = names.map((name) => getNode(name, `${webUrl}/60000`, 4));
    const nodes = [startNode(), ...gets, llmNode('read', text), endNode({ out: ['read', 'text'] })];
    const edges = [...names.flatMap((name) => [`start -> ${name}`, `${name} -> read`]), 'read -> end'];
    const run = await bench.accept(buildDefinition({ nodes, edges }));
    expect(await run.ended()).toMatchObject({
      status: 'failed',
      failure: { code: 'step.inputsTooLarge', stepKey: 'read' },
    });
    expect(model.counts().total).toBe(0);
  }, 30_000);
});

describe('a value that code returns', () => {
  const characters = 400_000;
  /** A run whose code returns so many texts of 400 000 characters in one object. */
  const runWith = async (count: number) => {
    const texts = Array.from({ length: count }, (_, index) => `"k${index}":"${'x'.repeat(characters)}"`);
    returned = `{"all":{${texts.join()}}}`;
    const code = { code_language: 'javascript', code: 'function main() {}', variables: [] };
    const nodes = [
      startNode(),
      buildNode('code', 'code', { ...code, outputs: { all: { type: 'object', children: null } } }),
      templateNode('measure', `{{ all.k${count - 1} | length }}`, { all: ['code', 'all'] }),
      endNode({ length: ['measure', 'output'] }),
    ];
    const run = await bench.accept(
      buildDefinition({ nodes, edges: ['start -> code', 'code -> measure', 'measure -> end'] }),
    );
    const ended = await run.ended();
    return { ended, history: (await historyTextOf(client, run.runId)).length };
  };
  afterEach(() => (returned = undefined));

  it.each([3, 30])(
    'B80 of %d MB is there for the next step, and not in the history',
    async (size) => {
      const { ended, history } = await runWith(Math.ceil((size * 1024 * 1024) / characters));
      expect(ended).toMatchObject({ status: 'succeeded', outputs: { length: String(characters) } });
      expect(history).toBeLessThan(64 * 1024);
    },
    60_000,
  );

  it('B80 of 60 MB fails its step with the name of the limit', async () => {
    const { ended } = await runWith(160);
    expect(ended).toMatchObject({
      status: 'failed',
      failure: {
        code: 'value.tooLarge',
        stepKey: 'code',
        message: 'The output "all" is larger than 50 MB, the most that one value may hold.',
      },
    });
  }, 60_000);
});

it('M4 a token of ten million bytes is the whole answer of a model, and what follows gets it', async () => {
  model.setRules([{ reply: { text: ['x'.repeat(10_000_000)] } }]);
  const nodes = [
    startNode(),
    llmNode('llm', 'Say it'),
    templateNode('count', '{{ text | length }}', { text: ['llm', 'text'] }),
    endNode({ out: ['count', 'output'] }),
  ];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> llm', 'llm -> count', 'count -> end'] }));
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: '10000000' } });
  const [attempt] = await bench.history.listAttempts(run.teamId, run.runId);
  expect(attempt).toMatchObject({ stepKey: 'llm', outcome: 'succeeded', reply: { cut: true } });
}, 60_000);

it('eighty short steps at once with 60 kB each end well, whatever the limits of one message', async () => {
  const names = Array.from({ length: 80 }, (_, index) => `get${index}`);
  const nodes = [
    startNode(),
    ...names.map((name) => getNode(name, `${webUrl}/60000`, 4)),
    templateNode('join', '{{ a | length }}', { a: ['get0', 'body'] }),
    endNode({ out: ['join', 'output'] }),
  ];
  const edges = [...names.flatMap((name) => [`start -> ${name}`, `${name} -> join`]), 'join -> end'];
  const run = await bench.accept(buildDefinition({ nodes, edges }));
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: '60000' } });
  expect(requests).toHaveLength(80);
  // a task that the server closes because much has happened meanwhile is an ordinary one; one that is too large is not
  const causes = (await historyTextOf(client, run.runId)).match(/WORKFLOW_TASK_FAILED_CAUSE_\w+/g) ?? [];
  expect(causes.filter((cause) => cause !== 'WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND')).toEqual([]);
}, 60_000);

it('code that takes longer than a short step may is run again as a long one', async () => {
  const code = { code_language: 'javascript', code: 'function main() {}', variables: [] };
  const outputs = { answer: { type: 'string', children: null } };
  const nodes = [startNode(), buildNode('code', 'code', { ...code, outputs }), endNode({ out: ['code', 'answer'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> code', 'code -> end'] }));
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'second' } });
  const attempts = await bench.history.listAttempts(run.teamId, run.runId);
  expect(attempts).toMatchObject([{ stepKey: 'code', attempt: 1, execution: 1, cause: 'first', outcome: 'succeeded' }]);
}, 30_000);

it('a secret reaches the server it is for, and no record of any kind', async () => {
  const canary = `canary-${Math.random().toString(36).slice(2)}`;
  const nodes = [
    startNode(),
    getNode('get', `${webUrl}/5?key={{#env.key#}}`, 2, { headers: 'X-Key: {{#env.key#}}' }),
    llmNode('llm', 'Use {{#env.key#}} now'),
    endNode({ body: ['get', 'body'], text: ['llm', 'text'] }),
  ];
  const build = (value: ReturnType<typeof secretOf> | string) =>
    buildDefinition({
      nodes,
      edges: ['start -> get', 'get -> llm', 'llm -> end'],
      environment: [buildVariable('key', value, 'secret')],
    });
  const owner = await seedApp(bench.test.database, { mode: 'workflow' } as never);
  const id = await new PostgresSecretStore(bench.test.database, fixedKeys(SECRET_KEY)).seal(owner.teamId, canary);
  const run = await bench.accept(build(secretOf(id)), { owner });
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { body: 'xxxxx', text: 'fine' } });
  expect(requests[0]?.headers['x-key']).toBe(canary);
  expect(JSON.stringify(model.calls()[0]?.body)).toContain(canary);

  const { teamId, runId } = run;
  const attempts = await bench.history.listAttempts(teamId, runId);
  expect(attempts.map(({ request }) => JSON.stringify(request).includes('****'))).toEqual([true, true]);
  const places = {
    history: await historyTextOf(client, runId),
    events: JSON.stringify(await bench.eventsOf({ teamId, runId })),
    steps: JSON.stringify(await bench.history.listSteps(teamId, runId)),
    attempts: JSON.stringify(attempts),
    run: JSON.stringify(await bench.runs.find(teamId, runId)),
    log: JSON.stringify(worker.logger.lines),
  };
  expect(places.history).toContain(id);
  expect(Object.entries(places).filter(([, text]) => text.includes(canary))).toEqual([]);
}, 30_000);

it('B23 inputs with the names of an object’s own parts are data and change no object', async () => {
  const nodes = [
    startNode('q', 'other'),
    templateNode('say', '{{ q.__proto__.polluted }}|{{ other.polluted }}|{{ q.constructor.name }}', {
      q: ['start', 'q'],
      other: ['start', 'other'],
    }),
    llmNode('llm', '{{#start.q#}}'),
    endNode({ out: ['say', 'output'] }),
  ];
  const hostile = '{"__proto__":{"polluted":"yes"},"constructor":{"name":"mine","prototype":{"polluted":"yes"}}}';
  const inputs = JSON.parse(`{"q":${hostile},"other":{},"__proto__":{"polluted":"yes"},"constructor":{"a":1}}`);
  const definition = buildDefinition({ nodes, edges: ['start -> say', 'say -> llm', 'llm -> end'] });
  const run = await bench.accept(definition, { inputs });
  const { status, outputs } = await run.ended();
  expect({ status, outputs }).toEqual({ status: 'succeeded', outputs: { out: 'yes||mine' } });
  const asked = model.calls()[0]?.body['messages'] as { content: string }[] | undefined;
  expect(asked?.[0]?.content).toContain('"__proto__"');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}, 30_000);
