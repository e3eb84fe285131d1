import type { TeamId } from '@tenon/base';
import { PostgresSecretStore, ProviderRepository } from '@tenon/database';
import { fixedKeys, seedApp } from '@tenon/database/testing';
import { buildDefinition, buildNode, buildVariable } from '@tenon/dsl/testing';
import { secretOf } from '@tenon/engine';
import { createOpenAiCompatibleModels } from '@tenon/openai-compatible';
import { createProviderConnector } from '@tenon/outbound-http';
import { codeErrors, type CodeRunner } from '@tenon/ports';
import { createFakeLogger } from '@tenon/ports/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createModelDirectory } from './model-directory.js';
import { historyTextOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, getNode, llmNode, retries, startNode } from './testing/nodes.js';
import type { AcceptedRun } from './testing/run-bench.js';
import { SECRET_KEY } from './testing/test-worker.js';

/* The other side may repeat a secret in whatever it says: nothing of that reaches a record, a reader or a log. */

const CANARY = 'canary-4711-äö "quoted"';
/** Found in every form in which the canary may be written. */
const TRACE = 'canary-4711';

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
let web: Server;
let webUrl: string;

/** Code that fails with what it was given. */
const echo: CodeRunner = {
  describe: () => Promise.reject(new Error('not asked here')),
  run: ({ inputs }) =>
    Promise.reject(codeErrors.failed(`ValueError: ${inputs}`, { details: { printed: `got ${inputs}` } })),
};

beforeAll(async () => {
  // says what it was asked, with the status that it was asked for
  web = createServer((request, response) => {
    response.writeHead(Number(request.headers['x-status']), { 'content-type': 'text/plain', 'x-echo': TRACE });
    response.end(JSON.stringify({ url: request.url, key: request.headers['x-key'] }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  bench = await startModelBench({ code: echo });
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(async () => {
  await bench.close();
  web.close();
});
beforeEach(() => model.setRules([]));

/** Runs start -> node -> end with the canary in `env.key`. @param sealedFor  the team that it belongs to, usually the run's */
async function accept(
  node: ReturnType<typeof buildNode>,
  output: string,
  canary = CANARY,
  sealedFor?: TeamId,
): Promise<AcceptedRun> {
  const owner = await seedApp(bench.test.database, { mode: 'workflow' } as never);
  const store = new PostgresSecretStore(bench.test.database, fixedKeys(SECRET_KEY));
  const id = await store.seal(sealedFor ?? owner.teamId, canary);
  const nodes = [startNode(), node, endNode({ out: [node.id, output] })];
  const edges = [`start -> ${node.id}`, `${node.id} -> end`];
  const environment = [buildVariable('key', secretOf(id), 'secret')];
  return bench.accept(buildDefinition({ nodes, edges, environment }), { owner });
}

/** Every place where a run leaves words. */
async function placesOf({ teamId, runId }: AcceptedRun): Promise<Record<string, string>> {
  return {
    history: await historyTextOf(client, runId),
    events: JSON.stringify(await bench.eventsOf({ teamId, runId })),
    steps: JSON.stringify(await bench.history.listSteps(teamId, runId)),
    attempts: JSON.stringify(await bench.history.listAttempts(teamId, runId)),
    text: JSON.stringify(await bench.history.listText(teamId, runId, new Map())),
    run: JSON.stringify(await bench.runs.find(teamId, runId)),
    log: JSON.stringify(worker.logger.lines),
  };
}

async function expectNoTrace(run: AcceptedRun): Promise<void> {
  const places = await placesOf(run);
  expect(Object.keys(places).filter((name) => places[name]?.includes(TRACE))).toEqual([]);
}

it('a model’s error is told without it, and so is the try before it', async () => {
  model.setRules([{ fault: { kind: 'status', status: 500, message: `I cannot use ${CANARY}.` } }]);
  const run = await accept(llmNode('llm', 'Use {{#env.key#}}', retries(1, 10)), 'text');
  const { failure } = await run.ended();
  expect(failure).toMatchObject({ code: 'model.unavailable', message: expect.stringContaining('cannot use ********') });
  expect(model.counts().total).toBe(2);
  await expectNoTrace(run);
}, 30_000);

it('a model’s answer comes without it, live and at the end, also when it is cut into pieces', async () => {
  const pieces = ['The key is can', 'ary-47', '11-äö "quo', 'ted". Keep', ' it.'];
  model.setRules([{ reply: { text: pieces, reasoning: ['Hm, canary-', CANARY.slice(7)], holdAfter: 4 } }]);
  const run = await accept(llmNode('llm', 'Use {{#env.key#}}', { reasoning_format: 'separated' }), 'text');
  await model.waitForHeld(1);
  model.release();
  expect(await run.ended()).toMatchObject({ outputs: { out: 'The key is ********. Keep it.' } });
  const { text } = await placesOf(run);
  expect(text).toContain('Hm, ********');
  await expectNoTrace(run);
}, 30_000);

it('a web server’s refusal is told without it, with all that came along', async () => {
  const headers = 'X-Key: {{#env.key#}}\nX-Status: 403';
  const refused = getNode('get', `${webUrl}/?key={{#env.key#}}`, 2, { headers, ...retries(1, 10) });
  const run = await accept(refused, 'body', TRACE);
  const { failure } = await run.ended();
  expect(failure).toMatchObject({ code: 'request.badStatus' });
  const { attempts } = await placesOf(run);
  expect(attempts).toContain('********');
  await expectNoTrace(run);
}, 30_000);

it('an address that cannot be reached is told without it', async () => {
  const run = await accept(getNode('get', 'http://{{#env.key#}}.invalid/', 2), 'body', TRACE);
  const { failure } = await run.ended();
  expect(failure).toMatchObject({ stepKey: 'get', message: expect.stringContaining('********') });
  await expectNoTrace(run);
}, 30_000);

it('code that fails with it is told without it', async () => {
  const code = {
    code_language: 'javascript',
    code: 'function main({ key }) { throw new Error(key) }',
    variables: [{ variable: 'key', value_selector: ['env', 'key'] }],
    outputs: { answer: { type: 'string', children: null } },
  };
  const run = await accept(buildNode('code', 'code', code), 'answer');
  const { failure } = await run.ended();
  expect(failure).toMatchObject({ code: 'code.failed', message: expect.stringContaining('********') });
  await expectNoTrace(run);
}, 30_000);

it('B55 one of another team is opened for no run that names it by its id', async () => {
  const others = await seedApp(bench.test.database, { mode: 'workflow' } as never);
  const before = model.counts().total;
  const run = await accept(llmNode('llm', 'Use {{#env.key#}}'), 'text', CANARY, others.teamId);
  expect(await run.ended()).toMatchObject({ outputs: {}, failure: { code: 'secret.missing', stepKey: 'llm' } });
  expect(model.counts().total).toBe(before);
  await expectNoTrace(run);
}, 30_000);

it('the key of a provider is in none of its answers', async () => {
  const apiKey = 'sk-live-0123456789abcdef';
  const models = createOpenAiCompatibleModels({ connect: createProviderConnector({ allow: [] }) }, createFakeLogger());
  const directory = createModelDirectory({
    providers: new ProviderRepository(bench.test.database),
    secrets: new PostgresSecretStore(bench.test.database, fixedKeys(SECRET_KEY)),
    environment: { provider: 'openai', baseUrl: model.baseUrl, apiKey, isLocal: false, model: null, servesOnly: null },
    local: undefined,
    createModel: (server, name) => models.getChatModel(server, name),
  });
  const { teamId } = await seedApp(bench.test.database, { mode: 'workflow' } as never);
  model.setRules([{ reply: { text: ['You sent sk-live', '-0123456789abcdef to me.'] } }]);
  const chat = await directory.getChatModel(teamId, { provider: 'openai', name: 'm' });
  let answer = '';
  const request = { mode: 'chat', messages: [{ role: 'user', content: 'Hi' }], parameters: {} } as const;
  const { signal } = new AbortController();
  for await (const delta of chat.stream({ ...request, idempotencyKey: 'k', signal }))
    if (delta.type === 'text') answer += delta.text;
  expect(answer).toBe('You sent ******** to me.');
  await models.close();
}, 30_000);
