import { buildZip } from '@tenon/platform/testing';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApiBench, type ApiBench } from '../testing/api-bench.js';

/* Looking into what somebody gives before anything of it is taken in. */

const APP = `
version: 0.3.0
app: {name: Sorter, mode: workflow}
workflow:
  environment_variables: [{id: k, name: KEY, value_type: secret, value: sk-canary}]
  graph:
    nodes:
      - {id: s, data: {type: start, title: S, variables: []}}
      - {id: a, data: {type: llm, title: A, model: {provider: langgenius/openai/openai, name: gpt-4o, mode: chat}, prompt_template: [{role: user, text: hi}]}}
      - {id: b, data: {type: llm, title: B, model: {provider: OpenAI, name: gpt-4o, mode: chat}, prompt_template: [{role: user, text: hi}]}}
      - {id: x, data: {type: of-tomorrow, title: X}}
    edges:
      - {id: s-a, source: s, target: a, sourceHandle: source, targetHandle: target}
      - {id: a-b, source: a, target: b, sourceHandle: source, targetHandle: target}
      - {id: b-x, source: b, target: x, sourceHandle: source, targetHandle: target}
`;

/** The one address of this computer that may be reached. */
const OPEN = '127.0.0.2';

let bench: ApiBench;
let server: Server;
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  bench = await startApiBench({ TENON_OUTBOUND_ALLOW: `${OPEN}/32` });
  server = createServer((_request, response) => answer(response)).listen(0, '0.0.0.0');
  await once(server, 'listening');
}, 60_000);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await bench.close();
});
const addressAt = (host: string, path: string) => `http://${host}:${(server.address() as AddressInfo).port}${path}`;

const READ = `query ($content: String!) { appFile(content: $content) {
  content { name mode version definition models { provider name nodeIds } } issues { code nodeId line } } }`;
const OPEN_FILES = `mutation ($input: OpenAppFilesInput!) { openAppFiles(input: $input) {
  files { name content error { code } } leftOut errors { code } } }`;
const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) {
  app { id draft { definition } } errors { code } } }`;

async function rowsOfAll(): Promise<string> {
  const rows = await bench.test.database.rows(
    'select (select count(*) from app) as apps, (select count(*) from draft) as drafts, (select count(*) from secret) as secrets',
  );
  return JSON.stringify(rows);
}

describe('an app file that is looked into', () => {
  it('says what it is, which models it names and what importing it would say, and is stored nowhere', async () => {
    const before = await rowsOfAll();
    const { appFile } = await bench.owner.ask(READ, { content: APP });
    expect(appFile.content).toMatchObject({
      ...{ name: 'Sorter', mode: 'workflow', version: '0.3.0' },
      models: [{ provider: 'openai', name: 'gpt-4o', nodeIds: ['a', 'b'] }],
    });
    expect(appFile.issues).toEqual([{ code: 'node.unknownType', nodeId: 'x', line: null }]);
    expect(JSON.stringify(appFile.content.definition)).toContain('of-tomorrow');
    expect(JSON.stringify(appFile.content.definition)).not.toContain('sk-canary');
    expect(await rowsOfAll()).toBe(before);
  });

  it('says the line of what cannot be read', async () => {
    const { appFile } = await bench.owner.ask(READ, { content: 'app:\n  name: [A\nworkflow: }\n' });
    expect(appFile.content).toBeNull();
    expect(appFile.issues[0]).toMatchObject({ code: 'definition.notYaml', line: 3 });
  });

  it('is refused like an import when it is too large, and many are when one asks for them at once', async () => {
    const { appFile } = await bench.owner.ask(READ, { content: `# ${'x'.repeat(10 * 1024 * 1024)}` });
    expect(appFile.issues).toMatchObject([{ code: 'definition.tooLarge' }]);
    const fields = Array.from({ length: 11 }, (_, at) => `f${at}: appFile(content: "x") { issues { code } }`);
    const { status, body } = await bench.owner.post(`{ ${fields.join(' ')} }`);
    expect([status, body.errors[0].message]).toEqual([400, expect.stringContaining('costs')]);
  });

  it('becomes an app with other models in place of those it names', async () => {
    const use = { provider: 'ollama', name: 'llama' };
    const models = [{ named: { provider: 'openai', name: 'gpt-4o' }, use }];
    const { importApp } = await bench.owner.ask(IMPORT, { input: { content: APP, models } });
    const nodes = importApp.app.draft.definition.workflow.graph.nodes as { id: string; data: { model?: object } }[];
    expect(nodes.flatMap(({ data }) => data.model ?? [])).toMatchObject([
      { ...use, mode: 'chat' },
      { ...use, mode: 'chat' },
    ]);
  });
});

describe('a zip', () => {
  const open = async (archive: string) => (await bench.owner.ask(OPEN_FILES, { input: { archive } })).openAppFiles;

  it('gives each of its app files, or why it cannot be read, and is stored nowhere', async () => {
    const before = await rowsOfAll();
    const zip = buildZip([
      { name: 'a/one.yml', data: APP },
      { name: '../two.yml', data: Buffer.from([0xff]) },
      { name: 'notes.txt', data: 'x' },
    ]);
    expect(await open(zip.toString('base64'))).toEqual({
      files: [
        { name: 'one.yml', content: APP, error: null },
        { name: 'two.yml', content: null, error: { code: 'import.notText' } },
      ],
      ...{ leftOut: 1, errors: [] },
    });
    expect(await rowsOfAll()).toBe(before);
  });

  it.each<[string, () => Buffer, string]>([
    ['none', () => Buffer.from('no zip'), 'import.brokenArchive'],
    ['too large', () => Buffer.alloc(5_000_001), 'import.tooLarge'],
    [
      'a bomb',
      () => buildZip(Array.from({ length: 3 }, (_, at) => ({ name: `${at}.yml`, data: Buffer.alloc(5e6, 'a') }))),
      'import.tooLarge',
    ],
  ])('is refused when it is %s', async (_what, make, code) => {
    expect(await open(make().toString('base64'))).toMatchObject({ files: null, errors: [{ code }] });
  });
});

describe('an address', () => {
  const open = async (url: string) => (await bench.owner.ask(OPEN_FILES, { input: { url } })).openAppFiles;

  it('gives the file that lies there, or those of a zip', async () => {
    answer = (response) => response.end(APP);
    expect(await open(addressAt(OPEN, '/flows/sorter%20one.yml?raw=1'))).toMatchObject({
      files: [{ name: 'sorter one.yml', content: APP }],
      errors: [],
    });
    answer = (response) => response.end(buildZip([{ name: 'one.yml', data: APP }]));
    expect(await open(addressAt(OPEN, '/'))).toMatchObject({ files: [{ name: 'one.yml', content: APP }] });
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['is a page', (response) => response.end('\n<!DOCTYPE html><html></html>'), 'import.isPage'],
    ['is no text', (response) => response.end(Buffer.from([0x89, 0x50, 0xff])), 'import.notText'],
    ['is not there', (response) => response.writeHead(404).end('no'), 'import.badStatus'],
    ['is too large', (response) => response.end(Buffer.alloc(5_000_001, 'a')), 'import.tooLarge'],
    ['breaks off', (response) => response.write('a', () => response.destroy()), 'outbound.brokenReply'],
    [
      'leads inside',
      (response) => response.writeHead(302, { location: addressAt('127.0.0.1', '/') }).end(),
      'outbound.blockedAddress',
    ],
  ])('is refused when what lies there %s', async (_what, give, code) => {
    answer = give;
    expect(await open(addressAt(OPEN, '/x.yml'))).toMatchObject({ files: null, errors: [{ code }] });
  });

  it.each([
    ['http://127.0.0.1:1/x.yml', 'outbound.blockedAddress'],
    ['http://[::1]/x.yml', 'outbound.blockedAddress'],
    ['http://169.254.169.254/latest/meta-data', 'outbound.blockedAddress'],
    ['file:///etc/passwd', 'outbound.invalidUrl'],
    ['no address', 'outbound.invalidUrl'],
    [`http://${OPEN}:1/x.yml`, 'outbound.unreachable'],
  ])('is refused when it is %s', async (url, code) => {
    answer = (response) => response.end(APP);
    expect(await open(url)).toMatchObject({ files: null, errors: [{ code }] });
  });

  it('is given up when nothing comes', async () => {
    answer = () => undefined;
    expect(await open(addressAt(OPEN, '/x.yml'))).toMatchObject({ errors: [{ code: 'outbound.timedOut' }] });
  }, 20_000);
});

it('nothing given is nothing to open', async () => {
  const { openAppFiles } = await bench.owner.ask(OPEN_FILES, { input: {} });
  expect(openAppFiles.errors).toEqual([{ code: 'import.nothingGiven' }]);
});
