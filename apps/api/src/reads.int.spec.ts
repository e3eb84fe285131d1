import type { AppId, RunId, TeamId } from '@tenon/base';
import { AppRepository, cancelAttempt, closeAttempt, openAttempt, recordEvents } from '@tenon/database';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { START, startApiBench, type ApiBench } from './testing/api-bench.js';

/** Apps of the list, each with a run and a conversation of its own. */
const COUNT = 20;
const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } errors { code } } }`;
const PUBLISH = 'mutation ($id: ID!) { publishApp(input: { appId: $id }) { version { id } errors { code } } }';

let bench: ApiBench;
let teamId: TeamId;
let chatbot: string;
const appIds: AppId[] = [];
const runIds: RunId[] = [];

const importApp = async (name: string, content = chatbot) =>
  (await bench.owner.ask(IMPORT, { input: { content, name } })).importApp.app.id as AppId;
/** The statements that answer a query of the owner. */
const statementsOf = (document: string, variables: object = {}) =>
  bench.statementsOf(() => bench.owner.ask(document, variables));
/** Their texts, without the bell of a run that was accepted: nobody waits until it rings. */
const textsOf = async (document: string, variables?: object) =>
  (await statementsOf(document, variables)).map(({ text }) => text).filter((text) => !text.includes('pg_notify'));

/** What a worker would have recorded of a run whose model node has answered at the second try. */
async function recordSteps(runId: RunId): Promise<void> {
  const key = { teamId, runId, stepKey: 'llm' };
  const inputs = { 'sys.query': `read by ${runId}` };
  const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3, costNanoUsd: 21_000 };
  const failure = { code: 'model.rateLimited', type: 'RateLimit', message: 'Slow down.' };
  await recordEvents(bench.database, teamId, runId, [
    { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    { seq: 2, at: 2, type: 'step.started', stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: { said: 'hi' } },
  ]);
  const events = [{ seq: 4, at: 4, type: 'step.started' as const, stepKey: 'llm', inputs }];
  await openAttempt(bench.database, { ...key, attempt: 1 }, { workerId: 'w', inputs, events });
  const broken = { promptTokens: 1, completionTokens: 3e9, totalTokens: 3e9 + 1, isEstimated: true };
  const first = { ok: false as const, failure, usage: broken };
  await closeAttempt(bench.database, { ...key, attempt: 1 }, 1, first, { request: 'prompt 1' });
  await openAttempt(bench.database, { ...key, attempt: 2 }, { workerId: 'w', inputs, events: [] });
  const outputs = { text: `answered to ${runId}` };
  const record = { request: `prompt of ${runId}`, reply: `reply to ${runId}` };
  await closeAttempt(bench.database, { ...key, attempt: 2 }, 1, { ok: true, outputs, usage, exit: 'source' }, record);
}

beforeAll(async () => {
  bench = await startApiBench();
  chatbot = await readFile(path.resolve(import.meta.dirname, '../../../examples/chatbot.yml'), 'utf8');
  const [team] = await bench.test.database.rows<{ id: TeamId }>(`select id from team where name = 'My team'`);
  teamId = team!.id;
  for (let n = 0; n < COUNT; n++) {
    const appId = await importApp(`App ${n}`, chatbot.replace('Answer briefly', `Answer in ${n + 3} words`));
    await bench.owner.ask(PUBLISH, { id: appId });
    const { startRun } = await bench.owner.ask(START, { input: { appId, query: `question ${n}` } });
    appIds.push(appId);
    runIds.push(startRun.run.id);
    // every other run is under way
    if (n % 2) await recordSteps(startRun.run.id);
  }
}, 60_000);
afterAll(() => bench.close());

describe('a list', () => {
  /** Asks for a list of two and for a long one; both have to take the same statements. Gives how many. */
  const expectSame = async (document: string, variables: object = {}, length = COUNT) => {
    const few = await textsOf(document, { ...variables, first: 2 });
    const many = await textsOf(document, { ...variables, first: length });
    expect(many.sort()).toEqual(few.sort());
    return many.length;
  };

  it('of apps takes as many statements as one of two', async () => {
    const list = (fields: string) => `query ($first: Int!) { apps(first: $first) { edges { node { ${fields} } } } }`;
    // who asks, and the page
    expect(await expectSame(list('name'))).toBe(2);
    expect(await expectSame(list('liveVersion { number }'))).toBe(3);
    expect(await expectSame(list('issues { code }'))).toBe(3);
    expect(await expectSame(list('recentUsage { calls usage { totalPrice } }'))).toBe(3);
    expect(await expectSame(list('draft { revision definition }'))).toBe(4);
    expect(
      await expectSame(list('liveVersion { number definition } versions(first: 3) { edges { node { number } } }')),
    ).toBe(5);
  });

  it('of runs takes as many statements as one of two', async () => {
    const list = (fields: string) => `query ($first: Int!) { runs(first: $first) { edges { node { ${fields} } } } }`;
    // the steps of ten runs, each of a plan that nobody has read yet
    const cold = await textsOf(list('steps { title }'), { first: COUNT });
    expect(cold.filter((text) => text.includes('from plan')).length).toBe(1);
    expect(await expectSame(list('status app { name liveVersion { number } } version { number }'))).toBe(5);
    expect(await expectSame(list('isRecovering waitingFor needsAttention { reason }'))).toBe(5);
    expect(
      await expectSame(list('steps { key type title status isRecovering attempts { outcome isRecovering } }')),
    ).toBe(4);
    expect(await expectSame(list('steps { inputs outputs attempts { inputs } }'), {}, 9)).toBe(6);
  });

  it('of runs reaches back as far as is asked for', async () => {
    const list = `query ($filter: RunFilter) { runs(first: ${COUNT}, filter: $filter) { edges { node { id } } } }`;
    const found = async (filter: object) => (await bench.owner.ask(list, { filter })).runs.edges.length;
    expect(await found({ createdWithinSeconds: 3_600 })).toBe(COUNT);
    expect(await found({ createdWithinSeconds: 0 })).toBe(0);
    expect(await found({ createdWithinSeconds: 3_600, createdFrom: '2999-01-01T00:00:00Z' })).toBe(0);
  });

  it('of conversations takes as many statements as one of two', async () => {
    const [appId] = appIds;
    for (let n = 1; n < COUNT; n++) {
      const { startRun } = await bench.owner.ask(START, { input: { appId, query: `again ${n}` } });
      await recordEvents(bench.database, teamId, startRun.run.id, [
        { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: { query: `again ${n}` } }, root: 'start' },
      ]);
    }
    const document = `query ($first: Int!, $appId: ID!) { conversations(first: $first, appId: $appId) {
      edges { node { name messages { query } } } } }`;
    expect(await expectSame(document, { appId })).toBe(3);
    const { conversations } = await bench.owner.ask(document, { first: 3, appId });
    for (const { node } of conversations.edges) expect(node.messages).toEqual([{ query: node.name }]);
  });

  it('gives every row what is its own', async () => {
    const { apps } = await bench.owner.ask(
      `{ apps(first: ${COUNT}) { edges { node { id name
        draft { definition } export liveVersion { id definition } versions(first: 1) { edges { node { id } } } } } } }`,
    );
    for (const { node } of apps.edges) {
      expect(node.draft.definition.app.name).toBe(node.name);
      expect(node.liveVersion.definition.app.name).toBe(node.name);
      expect(node.export).toContain(`name: ${node.name}\n`);
      expect(node.versions.edges).toEqual([{ node: { id: node.liveVersion.id } }]);
    }
  });
});

describe('steps', () => {
  it('are read without large values where nobody asks for them', async () => {
    /** Which of the recorded values are read to answer with these fields of steps. */
    const valuesReadFor = async (fields: string) => {
      const document = `query ($id: ID!) { runs(first: 5, filter: { appId: $id }) { edges { node { steps { ${fields} } } } } }`;
      const statements = await statementsOf(document, { id: appIds[1] });
      const read = JSON.stringify(statements.map(({ rows }) => rows));
      return ['read by', 'answered to', 'prompt of', 'reply to'].filter((words) => read.includes(words));
    };
    expect(await valuesReadFor('key type status attempts { attempt outcome usage { totalTokens } }')).toEqual([]);
    expect(await valuesReadFor('outputs')).toEqual(['answered to']);
    expect(await valuesReadFor('inputs')).toEqual(['read by']);
    expect(await valuesReadFor('attempts { request }')).toEqual(['prompt of']);
    expect(await valuesReadFor('attempts { outputs reply }')).toEqual(['answered to', 'reply to']);
  });

  it('have each their own values, and those of the last execution', async () => {
    const id = runIds[1]!;
    const { run } = await bench.owner.ask(
      `query ($id: ID!) { run(id: $id) { isRecovering steps { key nodeId type title inputs outputs isRecovering
        attempts { attempt cause outcome inputs request reply outputs failure { code } usage { totalTokens } } } } }`,
      { id },
    );
    const inputs = { 'sys.query': `read by ${id}` };
    const outputs = { text: `answered to ${id}` };
    expect(run).toEqual({
      isRecovering: false,
      steps: [
        {
          ...{ key: 'start', nodeId: 'start', type: 'start', title: 'Start', inputs: {}, outputs: { said: 'hi' } },
          ...{ isRecovering: false, attempts: [] },
        },
        {
          ...{
            key: 'llm',
            nodeId: 'llm',
            type: 'llm',
            title: expect.any(String),
            inputs,
            outputs,
            isRecovering: false,
          },
          attempts: [
            {
              ...{ attempt: 1, cause: 'FIRST', outcome: 'FAILED', inputs, request: 'prompt 1', reply: null },
              ...{ outputs: null, failure: { code: 'model.rateLimited' }, usage: { totalTokens: 3_000_000_001 } },
            },
            {
              ...{ attempt: 2, cause: 'RETRY', outcome: 'SUCCEEDED', inputs, outputs, failure: null },
              ...{ request: `prompt of ${id}`, reply: `reply to ${id}`, usage: { totalTokens: 3 } },
            },
          ],
        },
      ],
    });
  });

  it('and their run and app have cost what is known of the price of each, and say what is not', async () => {
    const usage = 'usage { totalPrice currency isPricePartial }';
    const { run } = await bench.owner.ask(
      `query ($id: ID!) { run(id: $id) { ${usage} steps { key ${usage} attempts { ${usage} } }
        app { recentUsage { days calls ${usage} } } } }`,
      { id: runIds[1]! },
    );
    const price = (totalPrice: string | null, isPricePartial = false) => ({
      usage: { totalPrice, currency: 'USD', isPricePartial },
    });
    expect(run).toEqual({
      ...price('0.000021', true),
      steps: [
        { key: 'start', usage: null, attempts: [] },
        { key: 'llm', ...price('0.000021', true), attempts: [price(null), price('0.000021')] },
      ],
      app: { recentUsage: { days: 30, calls: 2, ...price('0.000021', true) } },
    });
    const { app } = await bench.owner.ask(
      'query ($id: ID!) { app(id: $id) { recentUsage { calls usage { totalPrice } } } }',
      {
        id: appIds[0]!,
      },
    );
    expect(app).toEqual({ recentUsage: { calls: 0, usage: null } });
  });

  it('B71 and their run have cost what all executions have cost, also more than 32 bits hold, and say what is estimated', async () => {
    const usage = 'usage { promptTokens completionTokens totalTokens isEstimated }';
    const { run } = await bench.owner.ask(
      `query ($id: ID!) { run(id: $id) { ${usage} steps { key ${usage} attempts { ${usage} } } } }`,
      { id: runIds[1]! },
    );
    const cost = (promptTokens: number, completionTokens: number, isEstimated: boolean) => ({
      usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, isEstimated },
    });
    expect(run).toEqual({
      ...cost(2, 3_000_000_002, true),
      steps: [
        { key: 'start', usage: null, attempts: [] },
        { key: 'llm', ...cost(2, 3_000_000_002, true), attempts: [cost(1, 3e9, true), cost(1, 2, false)] },
      ],
    });
  });

  it('tell of executions whose worker was stopped', async () => {
    const key = { teamId, runId: runIds[0]!, stepKey: 'llm', attempt: 1 };
    const inputs = {};
    const events = [{ seq: 1, at: 1, type: 'step.started' as const, stepKey: 'llm', inputs }];
    await openAttempt(bench.database, key, { workerId: 'w', inputs, events });
    await cancelAttempt(bench.database, key, 1, {}, 'workerStopped');
    await openAttempt(bench.database, key, { workerId: 'w', inputs, events: [] });
    const document =
      'query ($id: ID!) { run(id: $id) { isRecovering steps { isRecovering attempts { cause outcome } } } }';
    const { run } = await bench.owner.ask(document, { id: key.runId });
    // nobody hears of the worker `w`
    expect(run).toEqual({
      isRecovering: true,
      steps: [
        {
          isRecovering: true,
          attempts: [
            { cause: 'FIRST', outcome: 'WORKER_STOPPED' },
            { cause: 'WORKER_STOPPED', outcome: null },
          ],
        },
      ],
    });
  });

  it('of another team stay unread, whatever was asked before', async () => {
    const query = 'query ($id: ID!) { run(id: $id) { steps { outputs } } }';
    await bench.owner.ask(query, { id: runIds[1] });
    expect(await bench.stranger.ask(query, { id: runIds[1] })).toEqual({ run: null });
  });
});

describe('the issues of a draft', () => {
  const ISSUES = 'query ($id: ID!) { app(id: $id) { issues { code } } }';
  const codes = async (id: AppId) => {
    const { app } = await bench.owner.ask(ISSUES, { id });
    return app.issues.map(({ code }: { code: string }) => code);
  };
  const readsDefinition = async (id: AppId) =>
    (await textsOf(ISSUES, { id })).some((text) => text.includes('definition'));

  it('are found out once, when it is taken in, and again when anybody has changed it', async () => {
    const id = await importApp('Changing');
    expect(await readsDefinition(id)).toBe(false);
    expect(await codes(id)).toEqual([]);
    // another process of the API, which this one hears nothing of
    const elsewhere = new AppRepository(bench.test.database);
    const [row] = await bench.test.database.rows<{ definition: any }>( // eslint-disable-line @typescript-eslint/no-explicit-any -- any definition
      'select definition from draft where app_id = $1',
      [id],
    );
    const broken = structuredClone(row!.definition);
    broken.workflow.graph.edges = [];
    const fields = { name: 'Broken', mode: 'advanced-chat', description: '', icon: '', iconBackground: '' };
    await elsewhere.saveDraft(teamId, id, { fields, write: async () => JSON.stringify(broken) });
    expect(await codes(id)).not.toEqual([]);
    expect(await readsDefinition(id)).toBe(false);
  });

  it('are those of what is stored, where that is not quite what was sent', async () => {
    const id = await importApp('Zero');
    const { app } = await bench.owner.ask('query ($id: ID!) { app(id: $id) { draft { revision definition } } }', {
      id,
    });
    const { revision, definition } = app.draft;
    definition.app.description = 'zero \0';
    const SAVE = 'mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { draft { revision } } }';
    await bench.owner.ask(SAVE, { input: { appId: id, definition, revision } });
    expect(await readsDefinition(id)).toBe(true);
    expect(await readsDefinition(id)).toBe(false);
  });
});

describe('accepting a run', () => {
  const accept = (input: object) => textsOf(START, { input: { query: 'go', ...input } });
  const isReading = (text: string) => /^\s*(select|with)\b(?!.*insert)/s.test(text);

  it('of a version reads who asks, and which version together with what the team may still use', async () => {
    const read = (await accept({ appId: appIds[0] })).filter(isReading);
    expect(read).toEqual([expect.stringContaining('session'), expect.stringMatching(/app_usage.*from app\s/s)]);
  });

  it('of a draft that was run before reads who asks, what may be used, and whether the draft has changed', async () => {
    await accept({ appId: appIds[0], useDraft: true });
    const texts = await accept({ appId: appIds[0], useDraft: true });
    expect(texts.filter(isReading)).toEqual([
      expect.stringContaining('session'),
      expect.stringContaining('app_usage'),
      expect.stringContaining('revision is distinct from'),
    ]);
    expect(texts.some((text) => text.includes('insert into plan'))).toBe(false);
  });

  it('of a large app never reads its plan, only the start form and that once', async () => {
    const templates = Array.from(
      { length: 400 },
      (_, n) => `
    - {id: t${n}, type: custom, data: {type: template-transform, title: T, template: x, variables: []}}`,
    );
    const appId = await importApp('Large', chatbot.replace('\n    nodes:', `\n    nodes:${templates.join('')}`));
    await bench.owner.ask(PUBLISH, { id: appId });
    const [first, second] = [await accept({ appId }), await accept({ appId })];
    expect(first.filter((text) => text.includes('from plan'))).toEqual([
      expect.stringContaining("document -> 'inputs'"),
    ]);
    expect(second.filter((text) => text.includes('from plan'))).toEqual([]);
  });

  it('of a draft takes the draft as it stands now', async () => {
    const id = await importApp('Of today');
    await accept({ appId: id, useDraft: true });
    const before = await bench.test.database.rows('select plan_hash from run where app_id = $1', [id]);
    const changed = chatbot
      .replace('opening_statement: ', 'opening_statement: Hello # ')
      .replace('max_tokens', 'top_k');
    await bench.owner.ask(IMPORT, { input: { content: changed.replace('title: ', 'title: New '), appId: id } });
    await accept({ appId: id, useDraft: true });
    const after = await bench.test.database.rows('select distinct plan_hash from run where app_id = $1', [id]);
    expect([before.length, after.length]).toEqual([1, 2]);
  });

  it('in a conversation reads its next round with one statement more', async () => {
    const [appId] = appIds;
    const { startRun } = await bench.owner.ask(START, { input: { appId, query: 'first' } });
    const { conversationId } = startRun.run;
    const read = (await accept({ appId, conversationId })).filter(isReading);
    expect(read.length).toBe(3);
    const rows = await bench.test.database.rows<{ round: number }>(
      `select (system ->> 'dialogue_count')::int as round from run where conversation_id = $1 order by id`,
      [conversationId],
    );
    expect(rows.map(({ round }) => round)).toEqual([1, 2]);
    const elsewhere = { appId: appIds[1], query: 'x', conversationId };
    const refused = await bench.owner.ask(START, { input: elsewhere });
    expect(refused.startRun.errors[0].code).toBe('run.conversationMissing');
  });
});
