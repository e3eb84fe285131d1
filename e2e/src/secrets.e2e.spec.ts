import { writtenForms } from '@tenon/ports';
import { createClient } from 'graphql-ws';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import WebSocket from 'ws';
import { findCanaries, makeCanary, readDataFolder, readHistories, readTables, type Canary } from './canaries.js';
import { appWith, code, model, request, template, type Use } from './canary-app.js';
import { ask, publishApp, readRun, startRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/* Secrets are put wherever they can be put, the product is used until it fails, and then everything it left is searched. */

const plain = (digits: string) => `canary-${digits}`;
const canaries: Record<string, Canary> = {
  variable: makeCanary((digits) => `can"ary/+&=? ${digits}é`),
  header: makeCanary(plain),
  providerKey: makeCanary((digits) => `sk-${digits}`),
  environmentKey: makeCanary(plain),
  ownerPassword: makeCanary((digits) => `pass "word" ${digits}`),
  ownerToken: makeCanary((digits) => `${digits}${digits}`),
  codeRunnerToken: makeCanary(plain),
};
const valueOf = (name: string) => (canaries[name] as Canary).value;

let stack: Stack;
let web: Server;
let webUrl: string;
const responses: string[] = [];
const runs: Record<string, string> = {};

beforeAll(async () => {
  web = createServer(repeatEverything).listen(0, '127.0.0.1');
  await new Promise((resolve) => web.once('listening', resolve));
  webUrl = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  recordResponses();
  stack = await startStack({
    TENON_LOG_LEVEL: 'debug',
    TENON_LOG_FORMAT: 'json',
    TENON_OUTBOUND_ALLOW: '127.0.0.0/8',
    TENON_OWNER_PASSWORD: valueOf('ownerPassword'),
    TENON_OWNER_TOKEN: valueOf('ownerToken'),
    TENON_CODE_RUNNER_TOKEN: valueOf('codeRunnerToken'),
    OPENAI_API_KEY: valueOf('environmentKey'),
  });
  const key = (await readFile(path.join(stack.env['TENON_DATA_DIR'] as string, 'secret.key'), 'utf8')).trim();
  canaries['sealingKey'] = { value: key, forms: writtenForms(key) };
}, 120_000);
afterAll(async () => {
  web.close();
  await stack.close();
});

/** Answers with the status that the path names, and with all it was sent unless that is 200. */
function repeatEverything(...[incoming, outgoing]: Parameters<Parameters<typeof createServer>[1] & object>): void {
  let body = '';
  incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
  incoming.on('end', () => {
    const status = Number(/\d{3}/.exec(incoming.url ?? '')?.[0] ?? 401);
    const { url, headers } = incoming;
    outgoing.writeHead(status, { 'content-type': 'application/json', 'x-echo': String(headers['authorization']) });
    const message = `Wrong key ${headers['authorization']} for ${url}: ${JSON.stringify(headers)} ${body}`;
    outgoing.end(JSON.stringify(status === 200 ? { fine: true } : { error: { message }, url, headers, body }));
  });
}

/** Keeps every answer of the API, with its headers. */
function recordResponses(): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (...asked) => {
    const response = await fetch(...asked);
    if (stack && String(asked[0]).startsWith(stack.url))
      responses.push(JSON.stringify([...response.headers]), await response.clone().text());
    return response;
  };
}

const SUBSCRIPTION = `subscription ($runId: ID!) { runEvents(runId: $runId, afterSeq: 0) {
  __typename ... on RunEventUpdate { seq type payload } ... on RunTextUpdate { text } ... on RunReplyUpdate { text } } }`;

/** Runs the app to its end, over a subscription whose every message is kept. */
async function runToEnd(name: string, content: string, requestId?: string): Promise<string> {
  const appId = await publishApp(stack, content);
  const runId = requestId ? await startNamed(appId, requestId) : await startRun(stack, { appId });
  runs[name] = runId;
  const client = createClient({
    url: `${stack.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${stack.token}` },
  });
  const messages = client.iterate<{ runEvents: { type?: string }[] }>({ query: SUBSCRIPTION, variables: { runId } });
  for await (const message of messages) {
    responses.push(JSON.stringify(message));
    if (!message.data) throw new Error(JSON.stringify(message.errors));
    if (message.data.runEvents.some(({ type }) => type === 'run.finished')) break;
  }
  await client.dispose();
  return runId;
}

async function startNamed(appId: string, requestId: string): Promise<string> {
  const query = 'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id requestId } } }';
  const response = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stack.token}`, 'x-request-id': requestId },
    body: JSON.stringify({ query, variables: { input: { appId } } }),
  });
  const { data } = (await response.json()) as { data: { startRun: { run: { id: string; requestId: string } } } };
  expect([response.headers.get('x-request-id'), data.startRun.run.requestId]).toEqual([requestId, requestId]);
  return data.startRun.run.id;
}

/** Runs the built command line and gives all that it printed. */
function tenon(args: readonly string[]): Promise<string> {
  const main = path.resolve(import.meta.dirname, '../../dist/apps/cli/main.js');
  const env = { ...stack.env, TENON_URL: stack.url, TENON_TOKEN: stack.token };
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve) => child.once('close', () => resolve(said)));
}

/** Without another try a refusal is an answer as any other, which the flow goes on with. */
const ONCE = { retry_config: { retry_enabled: false, max_retries: 1, retry_interval: 10 } };

const USES = (): readonly (readonly [name: string, use: Use, output: string, secret?: string])[] => [
  ['request, accepted', request(webUrl, 200, 'bearer'), 'status_code'],
  ['request, refused and read', request(webUrl, 403, 'basic', ONCE), 'body', 'header'],
  ['request, its headers read', request(webUrl, 500, 'bearer', ONCE), 'headers', 'header'],
  ['request, failed', request(webUrl, 500, 'basic', { error_strategy: 'fail-branch' }), 'body'],
  ['request, failed by address', { ...request('http://{{#env.key#}}.invalid', 200, 'bearer') }, 'body', 'header'],
  ['python, accepted', code('python3', 'return {"out": str(len(key))}'), 'out'],
  ['python, failed', code('python3', 'print(key); raise ValueError(key)'), 'out'],
  ['python, failed with its environment', code('python3', 'import os; raise ValueError(str(dict(os.environ)))'), 'out'],
  ['javascript, accepted', code('javascript', 'return { out: String(key.length) }'), 'out'],
  ['javascript, failed', code('javascript', 'throw new Error(key + JSON.stringify(globalThis.process?.env))'), 'out'],
  ['template, accepted', template('{{ key | length }}'), 'output'],
  ['template, failed', template('{{ key.no.such(key) }} {{ range(key) }}'), 'output'],
  ['model, accepted', model('openai'), 'text'],
  ['model, refused', model('echoing'), 'text'],
];

it('B19 B83 a secret is in no answer, event, history, table, file, log or output of a command', async () => {
  const { model: scripted } = stack;
  const told = `You said ${valueOf('variable')} with ${valueOf('environmentKey')}.`;
  await scripted.setRules([{ when: {}, reply: { text: told.match(/.{1,7}/gsu) ?? [], reasoning: [told] } }]);
  const providers = `mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { provider { name hasKey } errors { message } } }`;
  const provider = { name: 'echoing', baseUrl: `${webUrl}/v1`, apiKey: valueOf('providerKey'), models: ['scripted'] };
  await ask(stack, providers, { input: provider });
  const test = 'mutation ($input: TestProviderInput!) { testProvider(input: $input) { errors { code message } } }';
  await ask(stack, test, { input: { name: 'echoing', baseUrl: provider.baseUrl } }).catch(() => undefined);
  await ask(stack, test, { input: { ...provider, models: undefined } }).catch(() => undefined);

  for (const [name, use, output, secret] of USES())
    await runToEnd(name, appWith(valueOf(secret ?? 'variable'), use, output));
  // each did what its name says
  const ends = await Promise.all(
    Object.entries(runs).map(async ([name, runId]) => [name, (await readRun(stack, runId)).status] as const),
  );
  const wrong = ends.filter(([name, status]) => /accepted|read/.test(name) !== (status === 'SUCCEEDED'));
  expect(wrong).toEqual([]);

  await readEverything();
  const printed = await Promise.all([
    tenon(['doctor']),
    tenon(['doctor', '--json']),
    tenon(['models', '--json']),
    tenon(['runs', '--json']),
    ...Object.values(runs).flatMap((id) => [tenon(['show', id, '--full']), tenon(['show', id, '--full', '--json'])]),
  ]);
  expect(printed.join('')).toContain('********');

  const surfaces: Record<string, string> = {
    ...Object.fromEntries(responses.map((text, index) => [`response ${index}`, text])),
    ...Object.fromEntries(printed.map((text, index) => [`command ${index}`, text])),
    ...(await readHistories(stack, Object.values(runs))),
    ...(await readTables(stack)),
    ...(await readDataFolder(stack.env['TENON_DATA_DIR'] as string)),
    ...{ api: stack.api.lastOutput, worker: stack.worker.lastOutput, codeRunner: stack.codeRunner.lastOutput },
  };
  expect(findCanaries(canaries, surfaces)).toEqual([]);
  // what was searched is what it is taken for
  expect(surfaces['worker']).toContain('"msg":"a step failed"');
  expect(surfaces['table secret']).toContain('v1:');
  expect(surfaces[`history ${runs['model, refused']}`]).toContain('model.');
}, 240_000);

/** Reads what people can read: each field of runs, drafts, versions, exports, providers, sessions, health. */
async function readEverything(): Promise<void> {
  const RUN = `query ($id: ID!) { run(id: $id) { id status reason inputs outputs answer definition failure { code message type }
    steps { key status inputs outputs failure { code message type }
      attempts { inputs outputs request reply failure { code message type } } } } }`;
  const authorization = `Bearer ${stack.token}`;
  for (const id of Object.values(runs)) {
    await ask(stack, RUN, { id });
    await fetch(`${stack.url}/api/runs/${id}/file`, { headers: { authorization } });
  }
  await ask(
    stack,
    `{ apps(first: 20) { edges { node { name export issues { message } draft { definition }
      versions(first: 1) { edges { node { definition } } } } } } }`,
  );
  await ask(stack, '{ providers { name baseUrl hasKey models source } sessions { id } viewer { email } }');
  const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { viewer { email } errors { message } } }';
  const email = 'owner@tenon.local';
  for (const password of [valueOf('ownerPassword'), `${valueOf('ownerPassword')} wrong`])
    await ask(stack, signIn, { input: { email, password } });
  for (const query of [`{ ${valueOf('ownerToken')} }`, `{ app(id: "${stack.token}") { id } }`])
    await ask(stack, query).catch(() => undefined);
  responses.splice(-4); // what a caller asks is told back to the caller
  for (const headers of [{}, { authorization }]) await fetch(`${stack.url}/health`, { headers });
  await fetch(`${stack.url}/api/files/none?token=${stack.token}`, { headers: { authorization } });
}

it('B83 what an author lets a step put out is a value of the flow: it is in its outputs and nowhere in a log', async () => {
  const runId = await runToEnd('put out', appWith(valueOf('header'), template('{{ key }}'), 'output'));
  expect((await readRun(stack, runId)).outputs).toEqual({ out: valueOf('header') });
  delete runs['put out'];
  const logs = { api: stack.api.lastOutput, worker: stack.worker.lastOutput };
  expect(findCanaries(canaries, logs)).toEqual([]);
}, 60_000);

it('B09 no flow reads the key that seals', async () => {
  const file = path.join(stack.env['TENON_DATA_DIR'] as string, 'secret.key');
  const tries: readonly (readonly [Use, string])[] = [
    [code('python3', `return {"out": open("${file}").read()}`), 'out'],
    [code('python3', `import os; return {"out": os.popen("cat ${file}").read() + str(os.environ)}`), 'out'],
    [code('javascript', `return { out: require("fs").readFileSync("${file}", "utf8") }`), 'out'],
    [code('javascript', `return { out: String(globalThis.process?.env?.TENON_CODE_RUNNER_TOKEN) }`), 'out'],
    [template(`{% include "${file}" %}`), 'output'],
    [request(`file://${file}#`, 200, 'bearer'), 'body'],
  ];
  const outcomes: string[] = [];
  for (const [index, [use, output]] of tries.entries()) {
    try {
      const runId = await runToEnd(`try ${index}`, appWith('no secret', use, output));
      outcomes.push(JSON.stringify(await readRun(stack, runId)));
    } catch (error) {
      outcomes.push(String(error)); // refused before it could run
    }
  }
  expect(outcomes).toHaveLength(tries.length);
  expect(findCanaries(canaries, Object.fromEntries(outcomes.entries()))).toEqual([]);
}, 120_000);

it('one name leads from a request to its steps', async () => {
  const use = request(webUrl, 500, 'bearer', { error_strategy: 'fail-branch' });
  const runId = await runToEnd('named', appWith('no secret', use, 'body'), 'order-4711');
  const linesOf = (output: string) =>
    output.split('\n').flatMap((line) => (line.includes('order-4711') ? [JSON.parse(line) as object] : []));
  expect(linesOf(stack.api.lastOutput)).toContainEqual(
    expect.objectContaining({ msg: 'a run was accepted', requestId: 'order-4711', runId }),
  );
  const failed = { msg: 'a step failed', requestId: 'order-4711', runId, stepKey: 'use' };
  for (const attempt of [1, 2])
    expect(linesOf(stack.worker.lastOutput)).toContainEqual(expect.objectContaining({ ...failed, attempt }));
}, 60_000);

it('the key is renewed while a run is under way, which opens its secret before and after', async () => {
  const { model: scripted } = stack;
  await scripted.resetCalls();
  await scripted.setRules([{ when: {}, reply: { text: ['well'], holdAfter: 0 } }]);
  const running = runToEnd('renewed', appWith(valueOf('variable'), { ...model('openai') }, 'text'));
  await scripted.waitForHeld(1, 30_000);
  expect(await tenon(['secrets', 'rotate'])).toMatch(/secrets sealed with the new key/);
  await scripted.setRules([]);
  await scripted.resume();
  await scripted.release();
  expect((await readRun(stack, await running)).status).toBe('SUCCEEDED');
  // a worker and an API that hold the keys of before
  const again = await runToEnd('after', appWith(valueOf('variable'), template('{{ key | length }}'), 'output'));
  expect((await readRun(stack, again)).outputs).toEqual({ out: String([...valueOf('variable')].length) });
  const keys = (await readFile(path.join(stack.env['TENON_DATA_DIR'] as string, 'secret.key'), 'utf8')).trim();
  expect(keys).toMatch(/^[0-9a-f]{64}$/);
  expect(keys).not.toBe(valueOf('sealingKey'));
}, 60_000);

it('a wrong key at the start is refused with one sentence by API and worker', async () => {
  for (const part of [stack.api, stack.worker]) await part.stop();
  const { writeFile } = await import('node:fs/promises');
  const file = path.join(stack.env['TENON_DATA_DIR'] as string, 'secret.key');
  const right = await readFile(file, 'utf8');
  await writeFile(file, `${'ab'.repeat(32)}\n`);
  for (const part of [stack.api, stack.worker])
    await expect(part.start()).rejects.toThrow(`sealed with another key than that of ${file}`);
  await writeFile(file, right);
  for (const part of [stack.api, stack.worker]) await part.start();
}, 120_000);
