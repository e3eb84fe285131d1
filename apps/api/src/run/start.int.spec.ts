import type { RunId } from '@tenon/base';
import { endQueuedRun, newId, removeUnusedPlans } from '@tenon/database';
import { buildSchema, getNamedType, type GraphQLInputObjectType } from 'graphql';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const APP = (fields: string) => `
kind: app
version: 0.6.0
app: {name: Form, mode: workflow}
workflow:
  graph:
    nodes:
      - {id: start, data: {type: start, title: Start, variables: [${fields}]}}
      - {id: end, data: {type: end, title: End, outputs: []}}
    edges: [{id: e, source: start, target: end, sourceHandle: source, targetHandle: target}]
`;
const FIELDS = [
  '{variable: name, label: Name, type: text-input, required: true, max_length: 20}',
  '{variable: count, label: Count, type: number, required: false}',
  '{variable: kind, label: Kind, type: select, required: false, options: [a, b]}',
  '{variable: more, label: More, type: json_object, required: false}',
  '{variable: docs, label: Docs, type: file-list, required: false, max_length: 3}',
].join(', ');

async function importApp(content: string, appId?: string): Promise<string> {
  const { importApp: taken } = await bench.owner.ask(
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { message } } }',
    { input: { content, ...(appId && { appId }) } },
  );
  return taken.app.id;
}

const publish = (appId: string) =>
  bench.owner.ask(
    'mutation ($appId: ID!) { publishApp(input: { appId: $appId }) { version { id } errors { code } } }',
    {
      appId,
    },
  );

async function start(input: object) {
  const { startRun } = await bench.owner.ask(START, { input });
  return startRun as {
    run: { id: string; inputs: Record<string, unknown>; status: string } | null;
    errors: { code: string; path: string[] }[];
  };
}

/** One value for each field that can be asked for, which is not what it is by itself. */
async function otherRequests(): Promise<object[]> {
  const schema = buildSchema(await readFile(path.resolve(import.meta.dirname, '../../schema.graphql'), 'utf8'));
  const fields = Object.values((schema.getType('StartRunInput') as GraphQLInputObjectType).getFields());
  const others: Record<string, unknown> = { ID: newId(), String: 'other', Boolean: true, JSON: { a: 1 } };
  return fields
    .filter(({ name }) => name !== 'appId' && name !== 'idempotencyKey')
    .map(({ name, type }) => ({ [name]: others[getNamedType(type).name] }));
}

const countRuns = async () => (await bench.database.rows('select 1 from run')).length;
const stop = (runId: string, client = bench.owner) =>
  client.ask('mutation ($id: ID!) { stopRun(input: { runId: $id }) { run { status } errors { code } } }', {
    id: runId,
  });
const statusOf = async (runId: string) =>
  (await bench.owner.ask('query ($id: ID!) { run(id: $id) { status reason } }', { id: runId })).run;

describe('the inputs of a run', () => {
  let appId: string;
  beforeAll(async () => {
    appId = await importApp(APP(FIELDS));
    await publish(appId);
  });

  it('are refused when they are nested without end, however they are sent', async () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const sent = async (more: string) => {
      const body = JSON.stringify({ query: START, variables: { input: { appId, inputs: { name: 'x', more: 0 } } } });
      const answer = await fetch(`${bench.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bench.owner.token}` },
        body: body.replace('"more":0', `"more":${more}`),
      });
      return [answer.status, await answer.json()];
    };
    const tooDeep = {
      message: expect.stringContaining('at most 100 levels') as string,
      extensions: { code: 'BAD_USER_INPUT' },
    };
    for (const depth of [100, 20_000]) expect(await sent(nested(depth))).toMatchObject([400, { errors: [tooDeep] }]);
    const written = `mutation { startRun(input: { appId: "${appId}", inputs: { more: ${nested(100)} } }) { errors { code } } }`;
    expect((await bench.owner.post(written)).body.errors).toMatchObject([{ message: tooDeep.message }]);
    const taken = [200, { data: { startRun: { run: { status: 'QUEUED' } } } }];
    expect(await sent(`{"a":${nested(98)}}`)).toMatchObject(taken);
  });

  const file = { type: 'document', transfer_method: 'remote_url', url: 'https://files.example/a.pdf' };
  const codes = async (inputs: object) =>
    (await start({ appId, inputs })).errors.map(({ code, path: place }) => [code, ...place]);

  /** Starts a run with inputs as they are written, which JSON.stringify would change. */
  const startWritten = async (inputs: string) => {
    const response = await fetch(`${bench.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bench.owner.token}` },
      body: `{"query":${JSON.stringify(START)},"variables":{"input":{"appId":"${appId}","inputs":${inputs}}}}`,
    });
    const { data } = (await response.json()) as { data?: { startRun: Awaited<ReturnType<typeof start>> } };
    return [response.status, data?.startRun] as const;
  };

  it('B59 are refused with every field that is wrong, before a run is there', async () => {
    const before = await countRuns();
    expect(
      await codes({ count: 'many', kind: 'c', more: [], docs: Array.from({ length: 10_000 }, () => file) }),
    ).toEqual([
      ['input.required', 'inputs', 'name'],
      ['input.notANumber', 'inputs', 'count'],
      ['input.notAnOption', 'inputs', 'kind'],
      ['input.wrongType', 'inputs', 'more'],
      ['input.tooManyFiles', 'inputs', 'docs'],
    ]);
    expect(await codes({ name: 7 })).toEqual([['input.wrongType', 'inputs', 'name']]);
    expect(await codes({ name: 'x'.repeat(10 * 1024 * 1024) })).toEqual([['input.tooLong', 'inputs', 'name']]);
    expect(await codes({ name: 'a', docs: file })).toEqual([['input.wrongType', 'inputs', 'docs']]);
    expect(await countRuns()).toBe(before);
  }, 30_000);

  it('B59 have no numbers that are none', async () => {
    const before = await countRuns();
    for (const count of ['1e400', '1.0e400', 'NaN', 'Infinity', '-inf', '0x10', '--1', '1e5'])
      expect(await codes({ name: 'a', count })).toEqual([
        [expect.stringMatching(/^input\.(notANumber|notFinite)$/), 'inputs', 'count'],
      ]);
    for (const inputs of ['{"name":"a","count":1e400}', '{"name":"a","more":{"x":[-1e400]}}'])
      expect(await startWritten(inputs)).toMatchObject([200, { errors: [{ code: 'input.notFinite' }] }]);
    for (const count of ['NaN', 'Infinity', '01', '1.', '0x10'])
      expect((await startWritten(`{"name":"a","count":${count}}`))[0]).toBe(400);
    expect(await countRuns()).toBe(before);
  });

  it('B59 keep what is a number, and leave out what is no field', async () => {
    const inputs = { name: 'a', kind: null, more: null, docs: null };
    for (const [count, kept] of [
      ['-0', 0],
      ['-0.0', 0],
      ['"-0"', 0],
      ['1e-400', 0],
    ])
      expect(await startWritten(`{"name":"a","count":${count},"extra":{"not":"a field"}}`)).toMatchObject([
        200,
        { run: { inputs: { ...inputs, count: kept } } },
      ]);
  });
});

describe('a key', () => {
  it('B75 of the same request is one run, of a hundred that come together', async () => {
    const { id: appId } = await appNamed(bench, 'Chatbot');
    const input = { appId, query: 'hello', idempotencyKey: 'hundred' };
    const before = await countRuns();
    const answers = await Promise.all(Array.from({ length: 100 }, () => start(input)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(answers.map(({ run }) => run?.id)).size).toBe(1);
    expect(await countRuns()).toBe(before + 1);
  });

  it('B75 of another request is refused as a conflict, whatever differs', async () => {
    const { id: appId } = await appNamed(bench, 'Chatbot');
    const input = { appId, query: 'hello', idempotencyKey: 'other' };
    const first = await start(input);
    const before = await countRuns();
    for (const other of await otherRequests())
      expect([other, await start({ ...input, ...other })]).toEqual([
        other,
        { run: null, errors: [expect.objectContaining({ code: 'run.keyReused' })] },
      ]);
    expect((await start({ ...input, inputs: {} })).run?.id).toBe(first.run?.id);
    expect(await countRuns()).toBe(before);
    const statusOf = async (document: string, accept: string) =>
      (await bench.owner.post(document, { input: { ...input, query: 'bye' } }, { accept })).status;
    // clients of GraphQL are owed 200 for an answer with data
    const ofGraphQL = 'application/graphql-response+json,application/json;q=0.9';
    expect([await statusOf(START, 'application/json'), await statusOf(START, '*/*')]).toEqual([409, 409]);
    expect(await statusOf(START, ofGraphQL)).toBe(200);
    expect(
      await statusOf(START.replace('startRun', 'other: endOtherSessions { errors { code } } startRun'), '*/*'),
    ).toBe(200);
  });

  it('B75 gives its run also when the request would be refused by now', async () => {
    const appId = await importApp(APP(''));
    await publish(appId);
    const live = { appId, inputs: {}, idempotencyKey: 'live' };
    const draft = { appId, inputs: {}, useDraft: true, idempotencyKey: 'draft' };
    const ids = [(await start(live)).run?.id, (await start(draft)).run?.id];
    await importApp(APP('{variable: name, label: Name, type: text-input, required: true}'), appId);
    await publish(appId);
    expect((await start({ ...live, idempotencyKey: 'new' })).errors).toMatchObject([{ code: 'input.required' }]);
    expect([(await start(live)).run?.id, (await start(draft)).run?.id]).toEqual(ids);
    await importApp(APP('').replace('source: start', 'source: nowhere'), appId);
    expect((await start(draft)).run?.id).toBe(ids[1]);
  });

  it('B75 is of one team and one app', async () => {
    const key = 'shared';
    const appId = await importApp(APP(''));
    await publish(appId);
    const { id: chatbot } = await appNamed(bench, 'Chatbot');
    const one = await start({ appId, inputs: {}, idempotencyKey: key });
    const other = await start({ appId: chatbot, query: 'hi', idempotencyKey: key });
    expect(one.run?.id).not.toBe(other.run?.id);
    const { startRun } = await bench.stranger.ask(START, { input: { appId, inputs: {}, idempotencyKey: key } });
    expect(startRun).toMatchObject({ run: null, errors: [{ code: 'app.missing' }] });
  });
});

describe('stopping', () => {
  it('B74 may be asked for before a run starts, again, and after its end, and by its team alone', async () => {
    const { id: appId } = await appNamed(bench, 'Chatbot');
    const { run } = await start({ appId, query: 'stop me' });
    const runId = run!.id as RunId;
    expect(
      await bench.stranger.ask('mutation ($id: ID!) { stopRun(input: { runId: $id }) { errors { code } } }', {
        id: runId,
      }),
    ).toEqual({
      stopRun: { errors: [{ code: 'run.missing' }] },
    });
    const commands = () => bench.database.rows('select reason from run_command where run_id = $1', [runId]);
    expect(await commands()).toEqual([]);
    for (let n = 0; n < 3; n++) expect((await stop(runId)).stopRun.errors).toEqual([]);
    expect(await commands()).toHaveLength(1);
    await endQueuedRun(bench.database, runId, 'enough', 1_000);
    expect((await stop(runId)).stopRun).toEqual({ run: { status: 'STOPPED' }, errors: [] });
    expect(await commands()).toHaveLength(1);
    expect(await statusOf(runId)).toEqual({ status: 'STOPPED', reason: 'enough' });
  });
});

describe('a run that was accepted', () => {
  it('B76 keeps its plan while its app is edited and published, and its app while it is under way', async () => {
    const appId = await importApp(APP(''));
    await publish(appId);
    const { run } = await start({ appId, inputs: {} });
    const pinned = async () => {
      const [row] = await bench.database.rows(
        `select run.version_id, run.plan_hash, plan.document::text from run join plan using (team_id)
         where run.id = $1 and plan.hash = run.plan_hash`,
        [run!.id],
      );
      return row;
    };
    const before = await pinned();
    await importApp(APP(FIELDS), appId);
    await publish(appId);
    expect(await pinned()).toEqual(before);
    const remove = () =>
      bench.owner.ask('mutation ($id: ID!) { deleteApp(input: { appId: $id }) { errors { code } } }', { id: appId });
    expect((await remove()).deleteApp.errors).toEqual([{ code: 'app.hasRuns' }]);
    expect(await pinned()).toEqual(before);
    await endQueuedRun(bench.database, run!.id as RunId, 'enough', 1_000);
    expect((await remove()).deleteApp.errors).toEqual([]);
  });

  it('of a draft has its plan, also when the one of its last run is removed by now', async () => {
    // no other test has the same plan
    const appId = await importApp(APP('{variable: own, label: Own, type: text-input, required: false}'));
    const input = { appId, inputs: {}, useDraft: true };
    const { run } = await start(input);
    await bench.database.rows('delete from run where id = $1', [run!.id]);
    await bench.database.rows(`update plan set created_at = now() - interval '2 days'`);
    expect(await removeUnusedPlans(bench.database, 20)).toBeGreaterThan(0);
    expect(await start(input)).toMatchObject({ run: { status: 'QUEUED' }, errors: [] });
  });

  it('B76 is of an app that is still there, when both come together', async () => {
    const content = await readFile(
      path.resolve(import.meta.dirname, '../../../../examples/content-moderation.yml'),
      'utf8',
    );
    for (let n = 0; n < 5; n++) {
      const appId = await importApp(content);
      await publish(appId);
      const [started, removed] = await Promise.all([
        bench.owner.post(START, { input: { appId, query: 'hi' } }),
        bench.owner.post('mutation ($id: ID!) { deleteApp(input: { appId: $id }) { errors { code } } }', { id: appId }),
      ]);
      const isAccepted = Boolean(started.body.data?.startRun.run);
      const isRemoved = removed.body.data?.deleteApp.errors.length === 0;
      expect(isAccepted).toBe(!isRemoved);
      if (!isAccepted) expect(started.body.data?.startRun.errors).toMatchObject([{ code: 'app.missing' }]);
    }
  }, 20_000);
});
