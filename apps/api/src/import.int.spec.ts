import type { TeamId } from '@tenon/base';
import type { PostgresSecretStore } from '@tenon/database';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import os from 'node:os';
import { randomUUID } from 'node:crypto';
import { SECRETS } from './parts.js';
import { startApiBench, type ApiBench, type ApiClient } from './testing/api-bench.js';

/* App files that want something: none runs, calls out or links what is not its own by being taken in. */

const canary = path.join(os.tmpdir(), `tenon-import-${randomUUID()}`);
let bench: ApiBench;
let server: Server;
let connections = 0;
let url: string;
beforeAll(async () => {
  bench = await startApiBench();
  server = createServer((socket) => (connections++, socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  server.close();
  await bench.close();
});
afterEach(() => expect([connections, existsSync(canary)]).toEqual([0, false]));

const upload = async (content: string, token = bench.owner.token) => {
  const form = new FormData();
  form.set('file', new Blob([content]), 'app.yml');
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${bench.url}/api/import`, { method: 'POST', headers, body: form });
  const body = (await response.json()) as {
    app?: { id: string };
    code?: string;
    issues?: { code: string; path: string }[];
  };
  return { status: response.status, body, codes: body.issues?.map(({ code }) => code) ?? [] };
};
const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { code severity } errors { code } } }`;
const SAVE = 'mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { errors { code } } }';
const importApp = async (content: string) => (await bench.owner.ask(IMPORT, { input: { content } })).importApp;

const head = 'version: 0.7.0\nkind: app\napp: {name: Hostile, mode: workflow}\n';
const graph = (nodes: string, edges = '') => `${head}workflow: {graph: {nodes: [${nodes}], edges: [${edges}]}}\n`;
const start = '{id: s, data: {type: start, title: S, variables: []}}';
const edge = (source: string, target: string) =>
  `{id: ${source}-${target}, source: ${source}, target: ${target}, sourceHandle: source, targetHandle: target}`;

describe('a file that cannot be taken in', () => {
  const bomb = Array.from({ length: 12 }, (_, n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(n ? 9 : 0) || 'x'}]`);
  it.each<[string, () => string, string]>([
    ['anchors that unfold without end', () => `${head}x:\n  ${bomb.join('\n  ')}\n`, 'definition.tooManyValues'],
    ['a function', () => `${head}x: !!js/function 'function () { process.exit() }'\n`, 'definition.tagNotAllowed'],
    [
      'an object of Python',
      () => `${head}x: !!python/object/apply:os.system ["touch ${canary}"]\n`,
      'definition.tagNotAllowed',
    ],
    ['a key twice', () => `${head}app: {name: B, mode: workflow}\n`, 'definition.duplicateKey'],
    ['no version that can be read', () => head.replace('0.7.0', 'x'), 'version.unreadable'],
    ['a node without data', () => graph('{id: a}'), 'node.dataMissing'],
    ['two nodes of one id', () => graph(`${start}, ${start}`), 'node.duplicateId'],
    ['a name of objects', () => graph('{id: __proto__, data: {type: code}}'), 'node.unsafeId'],
  ])('B54 says so for %s, through both ways in', async (_what, make, code) => {
    const { status, codes } = await upload(make());
    expect([status, codes]).toEqual([422, expect.arrayContaining([code])]);
    const { app, issues } = await importApp(make());
    expect(app).toBeNull();
    expect(issues.map((issue: { code: string }) => issue.code)).toContain(code);
  });

  it('B54 is broken off when it is larger than an app may be', async () => {
    expect((await upload('#'.repeat(50_000_000))).status).toBe(413);
    expect((await bench.owner.post('{ viewer { id } }')).status).toBe(200);
  }, 60_000);
});

it('a file that is refused leaves no sealed secret behind', async () => {
  const count = async () =>
    Number((await bench.test.database.rows<{ n: string }>('select count(*) as n from secret'))[0]?.n);
  const variable = 'environment_variables: [{id: v, name: K, value_type: secret, value: sk-kept}]';
  const content = `${head}workflow: {${variable}, graph: {nodes: [${start}], edges: []}}\n`;
  const before = await count();
  const { app } = await importApp(content);
  expect(await count()).toBe(before + 1);
  const ask = async (document: string, input: object) =>
    Object.values(await bench.owner.ask<object>(document, { input }));
  expect(await ask(IMPORT, { content, appId: randomUUID() })).toMatchObject([{ errors: [{ code: 'app.missing' }] }]);
  const definition = {
    version: '0.7.0',
    kind: 'app',
    app: { name: 'A', mode: 'workflow' },
    workflow: {
      environment_variables: [{ id: 'v', name: 'K', value_type: 'secret', value: 'sk-other' }],
      graph: { nodes: [], edges: [] },
    },
  };
  const input = { appId: app.id, definition, revision: 7 };
  expect(await ask(SAVE, input)).toMatchObject([{ errors: [{ code: 'draft.staleRevision' }] }]);
  expect(await count()).toBe(before + 1);
  expect(await ask(SAVE, { ...input, revision: 1 })).toMatchObject([{ errors: [] }]);
  expect(await count()).toBe(before + 2);
  await bench.test.database.rows('alter table draft add constraint full_here check (revision < 3) not valid');
  expect((await bench.owner.post(SAVE, { input: { ...input, revision: 2 } })).body.errors).toHaveLength(1);
  await bench.test.database.rows('alter table draft drop constraint full_here');
  expect(await count()).toBe(before + 2);
});

describe('a file that is taken in with what is wrong with it', () => {
  const answer = (id: string) => `{id: ${id}, data: {type: answer, answer: x}}`;
  const many = (count: number, one: (at: number) => string) => Array.from({ length: count }, (_, at) => one(at)).join();

  it.each<[string, () => string, string]>([
    [
      'a type that nobody knows',
      () => graph(`${start}, {id: a, data: {type: of-tomorrow}}`, edge('s', 'a')),
      'node.unknownType',
    ],
    ['a version that is newer', () => graph(start).replace('0.7.0', '9.9.9'), 'version.newer'],
    ['no start', () => graph(answer('a')), 'graph.noRoot'],
    ['an edge to nowhere', () => graph(start, edge('s', 'gone')), 'edge.missingNode'],
    ['two starts', () => graph(`${start}, ${start.replace('id: s', 'id: t')}`), 'graph.severalRoots'],
    ['a loop of one', () => graph(`${start}, ${answer('a')}`, `${edge('s', 'a')}, ${edge('a', 'a')}`), 'graph.circle'],
    [
      'a circle',
      () =>
        graph(`${start}, ${answer('a')}, ${answer('b')}`, `${edge('s', 'a')}, ${edge('a', 'b')}, ${edge('b', 'a')}`),
      'graph.circle',
    ],
    [
      '500 iterations in each other',
      () =>
        graph(
          `${start}, ${many(500, (at) => `{id: c${at}, ${at ? `parentId: c${at - 1}, ` : ''}data: {type: iteration}}`)}`,
          edge('s', 'c0'),
        ),
      'node.unknownType',
    ],
  ])('B54 %s', async (_what, make, code) => {
    const { app, issues } = await importApp(make());
    expect(app).not.toBeNull();
    expect(issues.map((issue: { code: string }) => issue.code)).toContain(code);
  });

  it('B54 10 000 nodes, which is as many as there may be', async () => {
    const nodes = (count: number) =>
      graph(
        `${start}, ${many(count - 1, (at) => answer(`a${at}`))}`,
        many(count - 1, (at) => edge('s', `a${at}`)),
      );
    expect(await importApp(nodes(10_000))).toMatchObject({ app: { id: expect.any(String) as string }, issues: [] });
    expect(await importApp(nodes(10_001))).toMatchObject({ app: null, issues: [{ code: 'graph.tooManyNodes' }] });
  }, 60_000);
});

describe('a file that wants to run', () => {
  const python = `import os\\nos.system('touch ${canary}')\\ndef main(a=open('${canary}', 'w')):\\n  return {}`;
  const javascript = () => `fetch('${url}'); require('fs').writeFileSync('${canary}', ''); function main() {}`;
  const runnable = () => [
    `{id: c, data: {type: code, title: C, code_language: python3, code: "${python}", outputs: {}, variables: []}}`,
    `{id: j, data: {type: code, title: J, code_language: javascript, code: "${javascript()}", outputs: {}, variables: []}}`,
    `{id: h, data: {type: http-request, title: H, method: get, url: '${url}/x', authorization: {type: no-auth}, headers: '', params: '', body: {type: none, data: []}}}`,
    `{id: e, data: {type: end, title: E, outputs: []}}`,
  ];
  const unknown = () => [
    `{id: t, data: {type: tool, provider_id: '${url}', provider_type: mcp, server_url: '${url}/mcp'}}`,
    `{id: k, data: {type: knowledge-retrieval, dataset_ids: ['${randomUUID()}'], external: '${url}'}}`,
  ];

  it.each<[string, () => string[], boolean]>([
    ['all of which could run', runnable, true],
    ['not all of which are known', () => [...unknown(), ...runnable()], false],
  ])(
    'B31 B54 B38 does nothing of its steps, %s: not taken in, not opened, not published',
    async (_which, make, isWhole) => {
      const nodes = make();
      const ids = ['s', ...nodes.map((node) => node.charAt('{id: '.length))];
      const edges = ids.slice(1).map((id, at) => edge(ids[at] as string, id));
      const content = graph([start, ...nodes].join(', '), edges.join(', ')).replace(
        'mode: workflow}',
        `mode: workflow, icon_type: link, icon: '${url}/icon.png'}\ndependencies: [{type: github, value: {repo: '${url}'}}]`,
      );
      const { app } = await importApp(content);
      const opened = await bench.owner.ask(
        'query ($id: ID!) { app(id: $id) { export issues { code } draft { definition revision } } }',
        { id: app.id },
      );
      expect(opened.app.export).toContain(canary);
      const { definition, revision } = opened.app.draft;
      await bench.owner.ask('mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { errors { code } } }', {
        input: { appId: app.id, definition, revision },
      });
      const { publishApp } = await bench.owner.ask(
        'mutation ($id: ID!) { publishApp(input: {appId: $id}) { version { number } issues { code } errors { code } } }',
        { id: app.id },
      );
      expect(publishApp.version !== null).toBe(isWhole);
    },
  );

  it('B31 is not even read from nobody', async () => {
    for (const content of ['{', 'x'.repeat(1_000), `!!js/function 'x'`])
      expect((await upload(content, 'no-token')).status).toBe(401);
    expect((await upload('x'.repeat(100_000), 'no-token')).status).toBe(413);
  });
});

describe('a file that names what is another team’s', () => {
  it('B55 links nothing by its id: what a file says of a sealed secret is a text, and is sealed anew', async () => {
    const idOf = async (name: string) =>
      (await bench.test.database.rows<{ id: TeamId }>('select id from team where name = $1', [name]))[0]!.id;
    const secrets = bench.app.get<PostgresSecretStore>(SECRETS);
    const theirs = await secrets.seal(await idOf('Others'), 'their canary');
    const variable = `environment_variables: [{id: v, name: K, value_type: secret, value: {$secret: '${theirs}'}}]`;
    const { app } = await importApp(`${head}workflow: {${variable}, graph: {nodes: [${start}], edges: []}}\n`);
    const { app: opened } = await bench.owner.ask('query ($id: ID!) { app(id: $id) { draft { definition } } }', {
      id: app.id,
    });
    const { $secret } = opened.draft.definition.workflow.environment_variables[0].value;
    expect($secret).not.toBe(theirs);
    expect(await secrets.open(await idOf('My team'), $secret)).toContain(theirs);
    await expect(secrets.open(await idOf('My team'), theirs)).rejects.toMatchObject({ code: 'secret.missing' });
  });

  it('B55 is refused as a draft that points at a sealed secret, or at what is none', async () => {
    const secrets = bench.app.get<PostgresSecretStore>(SECRETS);
    const teamOf = async ({ ask }: ApiClient) => (await ask('{ viewer { team { id } } }')).viewer.team.id as TeamId;
    const theirs = await secrets.seal(await teamOf(bench.stranger), 'their canary');
    const own = await secrets.seal(await teamOf(bench.owner), 'our own');
    const { app } = await importApp(graph(start));
    const save = async (revision: number, ...ids: string[]) => {
      const variables = ids.map((id, at) => ({
        id: `v${at}`,
        name: `K${at}`,
        value_type: 'secret',
        value: { $secret: id },
      }));
      const workflow = { environment_variables: variables, graph: { nodes: [], edges: [] } };
      const definition = { version: '0.7.0', kind: 'app', app: { name: 'A', mode: 'workflow' }, workflow };
      const { saveDraft } = await bench.owner.ask(SAVE, { input: { appId: app.id, definition, revision } });
      return saveDraft.errors.map(({ code }: { code: string }) => code);
    };
    for (const id of [theirs, randomUUID(), 'no id', '{"\\', theirs.toUpperCase()])
      expect(await save(1, own, id)).toEqual(['secret.missing']);
    expect(await save(1, own, own)).toEqual([]);
    expect(await save(2)).toEqual([]);
  });

  it('B55 shows a knowledge base and a tool as what is not there, and lets no run reach for them', async () => {
    const nodes = [
      start,
      `{id: k, data: {type: knowledge-retrieval, dataset_ids: ['${randomUUID()}'], query_variable_selector: [sys, query]}}`,
      `{id: t, data: {type: tool, provider_id: '${randomUUID()}', tool_name: x}}`,
    ];
    const { app, issues } = await importApp(graph(nodes.join(', '), `${edge('s', 'k')}, ${edge('k', 't')}`));
    expect(issues).toEqual(
      expect.arrayContaining([
        { code: 'node.noKnowledge', severity: 'WARNING' },
        { code: 'node.unknownType', severity: 'ERROR' },
      ]),
    );
    const { publishApp } = await bench.owner.ask(
      'mutation ($id: ID!) { publishApp(input: { appId: $id }) { version { id } errors { code } } }',
      { id: app.id },
    );
    expect(publishApp).toEqual({ version: null, errors: [{ code: 'definition.hasErrors' }] });
  });
});
