import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { APPS, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id name } issues { code severity path message line } errors { code } } }`;

const exampleOf = (name: string) => readFile(path.resolve(import.meta.dirname, '../../../../examples', name), 'utf8');

describe('the seed', () => {
  it('has the three templates, published and without errors', async () => {
    const { apps } = await bench.owner.ask(APPS);
    const shown = apps.edges.map(
      ({ node }: { node: { name: string; liveVersion: { number: number }; issues: { severity: string }[] } }) => [
        node.name,
        node.liveVersion.number,
        node.issues.filter(({ severity }) => severity === 'ERROR').length,
      ],
    );
    expect(shown.sort()).toEqual([
      ['Chatbot', 1, 0],
      ['Content moderation', 1, 0],
      ['Translate and review', 1, 0],
    ]);
  });
});

describe('finding', () => {
  const FIND = `query ($filter: AppFilter, $after: String) {
    apps(first: 1, after: $after, filter: $filter) { edges { node { name } } pageInfo { hasNextPage endCursor } } }`;

  it('gives a page of the apps that have every word, in whatever case, in name or description', async () => {
    const content = await exampleOf('chatbot.yml');
    for (const name of ['Alpha 100%', 'Beta ALPHA']) await bench.owner.ask(IMPORT, { input: { content, name } });
    const find = async (text: string, after?: string) => {
      const { apps } = await bench.owner.ask(FIND, { filter: { text }, after });
      return { names: apps.edges.map(({ node }: { node: { name: string } }) => node.name), ...apps.pageInfo };
    };
    const first = await find('alpha');
    expect(first).toMatchObject({ names: ['Beta ALPHA'], hasNextPage: true });
    expect(await find('alpha', first.endCursor)).toMatchObject({ names: ['Alpha 100%'], hasNextPage: false });
    expect((await find(' 100%  alp ')).names).toEqual(['Alpha 100%']);
    expect((await find('alpha nothing')).names).toEqual([]);
  });
});

describe('the apps of the last time', () => {
  it('begin with the one that was changed or run last', async () => {
    const recent = async (first: number) => {
      const { recentApps } = await bench.owner.ask('query ($first: Int!) { recentApps(first: $first) { id name } }', {
        first,
      });
      return recentApps as { id: string; name: string }[];
    };
    const all = await recent(20);
    const [changed] = all;
    const used = all.find(({ name }) => name === 'Chatbot');
    await bench.owner.ask('mutation ($input: StartRunInput!) { startRun(input: $input) { errors { code } } }', {
      input: { appId: used!.id, useDraft: true, query: 'hi' },
    });
    expect((await recent(2)).map(({ name }) => name)).toEqual([used!.name, changed!.name]);
    expect(await recent(0)).toHaveLength(1);
  });
});

describe('what a draft compiles to', () => {
  const HASHES =
    'query ($id: ID!) { app(id: $id) { draft { planHash revision definition } liveVersion { planHash } } }';
  const SAVE = `mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { draft { planHash } errors { code } } }`;
  type Document = { workflow: { graph: { nodes: { id: string; position: object; data: { title: string } }[] } } };

  it('is the same as what was published until it means something else', async () => {
    const content = await exampleOf('chatbot.yml');
    const { importApp } = await bench.owner.ask(IMPORT, { input: { content, name: 'Hashes' } });
    const id = importApp.app.id as string;
    await bench.owner.ask('mutation ($id: ID!) { publishApp(input: { appId: $id }) { errors { code } } }', { id });
    const read = async () => (await bench.owner.ask(HASHES, { id })).app;
    const { draft, liveVersion } = await read();
    expect(draft.planHash).toBe(liveVersion.planHash);
    const save = async (revision: number, change: (document: Document) => void) => {
      const definition = structuredClone(draft.definition) as Document;
      change(definition);
      return (await bench.owner.ask(SAVE, { input: { appId: id, revision, definition } })).saveDraft;
    };
    const moved = await save(draft.revision as number, ({ workflow }) => {
      workflow.graph.nodes[0]!.position = { x: 5, y: 5 };
    });
    expect(moved).toEqual({ draft: { planHash: liveVersion.planHash }, errors: [] });
    const renamed = await save(Number(draft.revision) + 1, ({ workflow }) => {
      workflow.graph.nodes[1]!.data.title = 'Another';
    });
    expect(renamed.draft.planHash).not.toBe(liveVersion.planHash);
    const broken = await save(Number(draft.revision) + 2, ({ workflow }) => {
      workflow.graph.nodes = [];
    });
    expect(broken.draft.planHash).toBeNull();
  });
});

describe('importing', () => {
  it('lists every issue with its path and leaves nothing behind of a file that cannot be read', async () => {
    const before = await bench.owner.ask(APPS);
    const bad = await bench.owner.ask(IMPORT, { input: { content: 'app: {name: X}\nkind: app\nversion: 1.5\n' } });
    expect(bad.importApp.app).toBeNull();
    expect(bad.importApp.errors).toEqual([{ code: 'definition.unreadable' }]);
    expect(bad.importApp.issues.length).toBeGreaterThan(1);
    expect(await bench.owner.ask(APPS)).toEqual(before);
  });

  it('seals secrets: neither draft nor version nor export holds one', async () => {
    const content = (await exampleOf('chatbot.yml')).replace(
      'environment_variables: []',
      'environment_variables: [{id: e1, name: KEY, value_type: secret, value: canary-8156, description: ""}]',
    );
    const { importApp } = await bench.owner.ask(IMPORT, { input: { content, name: 'Sealed' } });
    const appId = importApp.app.id;
    await bench.owner.ask('mutation ($id: ID!) { publishApp(input: {appId: $id}) { version { id } } }', { id: appId });
    const app = await bench.owner.ask(
      'query ($id: ID!) { app(id: $id) { export draft { definition } liveVersion { definition } } }',
      { id: appId },
    );
    expect(JSON.stringify(app)).not.toContain('canary-8156');
    const rows = await bench.test.database.rows(
      'select document::text from plan union all select definition::text from draft',
    );
    expect(JSON.stringify(rows)).not.toContain('canary-8156');
    expect(app.app.export).toContain('name: KEY');
  });

  it('takes an uploaded file, and answers issues with 422', async () => {
    const upload = async (content: string) => {
      const form = new FormData();
      form.set('file', new Blob([content]), 'app.yml');
      const headers = { authorization: `Bearer ${bench.owner.token}` };
      const response = await fetch(`${bench.url}/api/import`, { method: 'POST', headers, body: form });
      return {
        status: response.status,
        body: (await response.json()) as { app?: { name: string }; issues?: object[] },
      };
    };
    expect(await upload((await exampleOf('chatbot.yml')).replace('name: Chatbot', 'name: Uploaded'))).toMatchObject({
      status: 201,
      body: { app: { name: 'Uploaded' } },
    });
    expect(await upload('- not\n- a mapping')).toMatchObject({ status: 422 });
  });

  it('saves a draft only over the revision that was changed', async () => {
    const { importApp } = await bench.owner.ask(IMPORT, {
      input: { content: await exampleOf('chatbot.yml'), name: 'Draft' },
    });
    const id = importApp.app.id;
    const { app } = await bench.owner.ask('query ($id: ID!) { app(id: $id) { draft { revision definition } } }', {
      id,
    });
    const save = (revision: number) =>
      bench.owner.ask(
        'mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { draft { revision } errors { code } } }',
        { input: { appId: id, definition: app.draft.definition, revision } },
      );
    expect((await save(app.draft.revision)).saveDraft.draft.revision).toBe(app.draft.revision + 1);
    expect((await save(app.draft.revision)).saveDraft.errors).toEqual([{ code: 'draft.staleRevision' }]);
  });
});
