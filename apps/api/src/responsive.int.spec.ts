import { APPS, startApiBench, type ApiBench } from './testing/api-bench.js';

const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) {
  app { id export draft { definition } } issues { code } errors { code message } } }`;

/** An app file of so many nodes, one after the other, each with a list of numbers. */
function chain(count: number, numbers: number): string {
  const node = (id: string, data: object) => ({ id, type: 'custom', position: { x: 0, y: 0 }, data });
  const template = {
    type: 'template-transform',
    title: 'T',
    template: 'x',
    variables: [],
    numbers: Array(numbers).fill(1),
  };
  const nodes = [
    node('start', { type: 'start', title: 'Start', variables: [] }),
    ...Array.from({ length: count }, (_, n) => node(`t${n}`, template)),
    node('end', { type: 'end', title: 'End', outputs: [{ variable: 'out', value_selector: ['t0', 'output'] }] }),
  ];
  const edges = nodes.slice(1).map(({ id }, n) => ({
    ...{ id: `e${n}`, source: nodes[n]?.id, sourceHandle: 'source', target: id, targetHandle: 'target' },
  }));
  return JSON.stringify({
    ...{ kind: 'app', version: '0.3.0', app: { name: `${count} nodes`, mode: 'workflow' } },
    workflow: { graph: { nodes, edges }, features: {}, environment_variables: [], conversation_variables: [] },
  });
}

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench({}, { threadLimits: { timeMs: 2_000, memoryMiB: 512 } });
}, 60_000);
afterAll(() => bench.close());

describe('while a file of 10 000 nodes is read', () => {
  it('others are answered, until it has taken too long; then the next file is read', async () => {
    let isAnswered = false;
    const importing = bench.owner.ask(IMPORT, { input: { content: chain(9_990, 6) } });
    void importing.finally(() => (isAnswered = true));
    while (bench.definitionThreads.underWay === 0 && !isAnswered) await new Promise((resolve) => setImmediate(resolve));
    const { viewer } = await bench.owner.ask('{ viewer { email } }');
    const health = await fetch(`${bench.url}/health`);
    expect([isAnswered, viewer.email, health.status]).toEqual([false, 'owner@tenon.local', 200]);

    const { importApp } = await importing;
    expect(importApp).toEqual({
      app: null,
      issues: [],
      errors: [
        {
          code: 'definition.tooSlow',
          message: 'Working on the app took longer than 2 seconds; split it into several apps.',
        },
      ],
    });
    expect((await bench.owner.ask(APPS)).apps.edges.length).toBe(3);
    const next = await bench.owner.ask(IMPORT, { input: { content: chain(100, 0) } });
    expect(next.importApp.app.draft.definition.workflow.graph.nodes.length).toBe(102);
    expect(next.importApp.app.export).toContain('name: 100 nodes');
  }, 30_000);
});

describe('a definition that is read in a thread', () => {
  const [small, large] = [chain(2, 0), chain(300, 0)];

  it('has the issues that a small one has in place', async () => {
    const codes = async (content: string) => {
      const broken = content.replaceAll('"start","sourceHandle"', '"nowhere","sourceHandle"');
      const { importApp } = await bench.owner.ask(IMPORT, { input: { content: broken } });
      return [...new Set(importApp.issues.map(({ code }: { code: string }) => code))].sort();
    };
    const found = await codes(large);
    expect(found).not.toEqual([]);
    expect(found).toEqual(await codes(small));
  });

  it('is the document that somebody saves, with numbers that no text can hold refused', async () => {
    const { importApp } = await bench.owner.ask(IMPORT, { input: { content: large } });
    const { id, draft } = importApp.app;
    const save = async (number: string) => {
      const body = JSON.stringify({
        query: `mutation ($input: SaveDraftInput!) { saveDraft(input: $input) {
          draft { revision definition } issues { code } errors { code } } }`,
        variables: { input: { appId: id, definition: { ...draft.definition, extra: 'NUMBER' }, revision: 1 } },
      }).replace('"NUMBER"', number);
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${bench.owner.token}` };
      const response = await fetch(`${bench.url}/graphql`, { method: 'POST', headers, body });
      return ((await response.json()) as { data: { saveDraft: object } }).data.saveDraft;
    };
    expect(await save('1e999')).toMatchObject({ draft: null, issues: [{ code: 'definition.badEncoding' }] });
    expect(await save('7')).toMatchObject({
      draft: { revision: 2, definition: { ...draft.definition, extra: 7 } },
      errors: [],
    });
  });

  it('keeps its secrets sealed', async () => {
    const secret = { id: 'e', name: 'KEY', value_type: 'secret', value: 'canary-4711', description: '' };
    const content = large.replace('"environment_variables":[]', `"environment_variables":[${JSON.stringify(secret)}]`);
    const { importApp } = await bench.owner.ask(IMPORT, { input: { content } });
    const [variable] = importApp.app.draft.definition.workflow.environment_variables;
    const rows = await bench.test.database.rows<{ found: string }>(
      `select definition::text as found from draft where definition::text like '%canary-4711%'`,
    );
    expect([variable.name, rows]).toEqual(['KEY', []]);
    const [sealed] = await bench.test.database.rows('select id from secret where id = $1', [variable.value.$secret]);
    expect(sealed).toEqual({ id: variable.value.$secret });
  });
});
