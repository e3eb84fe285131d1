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
