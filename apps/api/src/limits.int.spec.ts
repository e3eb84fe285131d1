import type { RunId } from '@tenon/base';
import { CHANNELS, endQueuedRun, ring } from '@tenon/database';
import { buildSchema, isInputObjectType, isObjectType } from 'graphql';
import { createClient } from 'graphql-ws';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import WebSocket from 'ws';
import { appNamed, START, startApiBench, type ApiBench } from './testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const connect = (token: string, more: object = {}) =>
  createClient({
    url: `${bench.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}`, ...more },
    retryAttempts: 0,
  });

describe('subscriptions', () => {
  const first = async (client: ReturnType<typeof connect>, query: string) => {
    for await (const answer of client.iterate({ query })) return answer;
    return undefined;
  };

  it('are for members, carry nothing else, and take no large messages', async () => {
    await expect(
      first(connect('x'.repeat(48)), 'subscription { runEvents(runId: "x", afterSeq: 0) { __typename } }'),
    ).rejects.toMatchObject({ code: 4403 });
    await expect(first(connect(bench.owner.token), '{ apps { edges { cursor } } }')).rejects.toMatchObject([
      { message: expect.stringContaining('Only subscriptions') as string },
    ]);
    await expect(
      first(connect(bench.owner.token, { padding: 'x'.repeat(100_000) }), '{ __typename }'),
    ).rejects.toMatchObject({ code: 1009 });
  });

  it('of a run that is not there say so in our words', async () => {
    const answer = await first(
      connect(bench.owner.token),
      'subscription { runEvents(runId: "x", afterSeq: 0) { __typename } }',
    ).catch((errors: unknown) => errors);
    expect(JSON.stringify(answer)).toContain('There is no such run.');
  });

  it('B73 that a client leaves read nothing more', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'quiet' } });
    const client = connect(bench.owner.token);
    const updates = client.iterate({
      query: `subscription { runEvents(runId: "${startRun.run.id}", afterSeq: 0) { __typename } }`,
    });
    void updates.next();
    const watched = () => bench.watching(startRun.run.id);
    while (!watched()) await new Promise((resolve) => setImmediate(resolve));
    await updates.return?.();
    await client.dispose();
    while (watched()) await new Promise((resolve) => setImmediate(resolve));
    expect(watched()).toBe(false);
  }, 20_000);
});

describe('the session of a socket', () => {
  it('is read once for all that is begun within some seconds', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const start = async () =>
      (await bench.owner.ask(START, { input: { appId: app.id, query: 'quiet' } })).startRun.run.id as string;
    const runIds = [await start(), await start()];
    const client = connect(bench.owner.token);
    const statements = await bench.statementsOf(async () => {
      for (const runId of runIds) {
        void client
          .iterate({ query: `subscription { runEvents(runId: "${runId}", afterSeq: 0) { __typename } }` })
          .next();
        while (!bench.watching(runId)) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    await client.dispose();
    expect(statements.filter(({ text }) => text.includes('from session'))).toHaveLength(1);
  }, 20_000);
});

describe('a run that nobody has taken yet', () => {
  it('ends for its followers when it is stopped', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'stop me' } });
    const runId = startRun.run.id as RunId;
    const client = connect(bench.owner.token);
    const query = `subscription { runEvents(runId: "${runId}", afterSeq: 0) { ... on RunEventUpdate { type } } }`;
    const types: string[] = [];
    const following = (async () => {
      for await (const { data } of client.iterate<{ runEvents: { type?: string }[] }>({ query }))
        for (const { type } of data?.runEvents ?? []) if (type) types.push(type);
    })();
    expect(await endQueuedRun(bench.database, runId, 'enough', 1_000)).toMatchObject({ hasEnded: true });
    await ring(bench.database, CHANNELS.run, runId);
    await following;
    await client.dispose();
    expect(types).toEqual(['run.finished']);
    const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { status reason } }', { id: runId });
    expect(run).toEqual({ status: 'STOPPED', reason: 'enough' });
  }, 20_000);

  it('B76 keeps its app from being deleted', async () => {
    const app = await appNamed(bench, 'Translate and review');
    const DELETE = 'mutation ($input: AppInput!) { deleteApp(input: $input) { deletedAppId errors { code } } }';
    const input = { appId: app.id, inputs: { text: 'a', language: 'French' } };
    const { startRun } = await bench.owner.ask(START, { input });
    const refused = await bench.owner.ask(DELETE, { input: { appId: app.id } });
    expect(refused.deleteApp.errors).toEqual([{ code: 'app.hasRuns' }]);
    await endQueuedRun(bench.database, startRun.run.id as RunId, 'enough', 1_000);
    const deleted = await bench.owner.ask(DELETE, { input: { appId: app.id } });
    expect(deleted.deleteApp).toEqual({ deletedAppId: app.id, errors: [] });
  });
});

describe('providers', () => {
  const SAVE =
    'mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { provider { hasKey } errors { code } } }';
  const save = async (input: object) =>
    (await bench.owner.ask(SAVE, { input: { name: 'openai', ...input } })).saveProvider;

  it('keep a stored key at the address it was entered for, and lose it with another', async () => {
    expect(await save({ baseUrl: 'https://a.example/v1', apiKey: 'sk-1' })).toMatchObject({
      provider: { hasKey: true },
    });
    expect(await save({ baseUrl: 'https://a.example/v1', models: ['m'] })).toMatchObject({
      provider: { hasKey: true },
    });
    expect(await save({ baseUrl: 'https://evil.example/v1' })).toMatchObject({ provider: { hasKey: false } });
  });

  it('are stored with their key or not at all, and no key is left of one that is replaced or removed', async () => {
    const count = async () =>
      Number((await bench.test.database.rows<{ n: string }>('select count(*) as n from secret'))[0]?.n);
    const input = { name: 'sealed', baseUrl: 'https://a.example/v1', apiKey: 'sk-1' };
    const before = await count();
    await bench.test.database.rows(`alter table provider add constraint full_here check (name <> 'sealed') not valid`);
    expect((await bench.owner.post(SAVE, { input })).body.errors).toHaveLength(1);
    await bench.test.database.rows('alter table provider drop constraint full_here');
    expect(await count()).toBe(before);
    for (const apiKey of ['sk-1', 'sk-2']) expect((await save({ ...input, apiKey })).provider.hasKey).toBe(true);
    const saves = ['sk-3', 'sk-4', 'sk-5'].map((apiKey) => save({ ...input, apiKey }));
    expect((await Promise.all(saves)).map(({ errors }) => errors)).toEqual([[], [], []]);
    expect(await count()).toBe(before + 1);
    await bench.owner.ask('mutation { deleteProvider(input: { name: "sealed" }) { errors { code } } }');
    expect(await count()).toBe(before);
  });

  it('B38 are, beside the file of an import, which is fetched as strangers are, all that an input names an address of', async () => {
    const schema = buildSchema(await readFile(path.resolve(import.meta.dirname, '../schema.graphql'), 'utf8'));
    const takers = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (isInputObjectType(type)) return [{ name: type.name, inputs: Object.values(type.getFields()) }];
      if (!isObjectType(type)) return [];
      return Object.values(type.getFields()).map(({ name, args }) => ({ name, inputs: args }));
    });
    const namesAddress = /url|uri|href|host|endpoint|address|link|webhook|callback|server|proxy|domain/i;
    const found = takers.flatMap(({ name, inputs }) => inputs.map((input) => `${name}.${input.name}`));
    expect(found.filter((name) => namesAddress.test(name.split('.')[1] ?? ''))).toEqual([
      'OpenAppFilesInput.url',
      'SaveProviderInput.baseUrl',
      'TestProviderInput.baseUrl',
    ]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'http://2852039166/v1',
    'http://[fe80::1]/v1',
    'http://100.100.100.200/v1',
  ])('B38 are not asked at %s, where a cloud tells a machine about itself', async (baseUrl) => {
    const TEST =
      'mutation ($input: TestProviderInput!) { testProvider(input: $input) { durationMs errors { code message } } }';
    for (const model of [undefined, 'm'])
      expect((await bench.owner.ask(TEST, { input: { baseUrl, model } })).testProvider).toEqual({
        durationMs: null,
        errors: [{ code: 'model.notConfigured', message: expect.stringContaining('TENON_OUTBOUND_ALLOW') as string }],
      });
  });

  it('are changed by owners only', async () => {
    await bench.database.rows(`update member set role = 'member' where email = 'other@x.test'`);
    const { body } = await bench.stranger.post(SAVE, { input: { name: 'x', baseUrl: 'http://127.0.0.1:1' } });
    await bench.database.rows(`update member set role = 'owner' where email = 'other@x.test'`);
    expect(body.errors[0].extensions).toMatchObject({ code: 'FORBIDDEN', reason: 'auth.notOwner' });
  });
});

describe('large bodies', () => {
  it('that are small until they are inflated are not inflated, whoever sends them', async () => {
    const body = gzipSync(JSON.stringify({ query: `{ viewer { id } } #${'x'.repeat(15 * 1024 * 1024)}` }));
    expect(body.byteLength).toBeLessThan(20_000);
    for (const token of ['', bench.owner.token]) {
      const headers = {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        authorization: `Bearer ${token}`,
      };
      const answer = await fetch(`${bench.url}/graphql`, { method: 'POST', headers, body });
      expect(answer.status).toBe(415);
      expect(await answer.json()).toMatchObject({
        code: 'request.encoded',
        message: 'Send the request as it is, not compressed.',
      });
    }
  });

  it('of nobody are not read', async () => {
    const { status } = await bench.nobody.post(`{ viewer { id } } #${'x'.repeat(100_000)}`);
    expect(status).toBe(413);
    expect((await bench.owner.post(`{ viewer { id } } #${'x'.repeat(100_000)}`)).status).toBe(200);
  });
});

/** Short as it is written, with more fields than may be asked for. */
const UNFOLDED = `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: viewer { ...all }`).join(' ')} }
  fragment all on Viewer { ${Array.from({ length: 60 }, (_, n) => `b${n}: id`).join(' ')} }`;

describe('hostile documents', () => {
  it('of nobody are short', async () => {
    const fields = (count: number) => `{ ${'viewer { id } '.repeat(count)} }`;
    const variables = { query: fields(125) };
    for (const ask of [
      () => bench.nobody.post(fields(125)),
      async () => {
        const headers = { 'apollo-require-preflight': '1' };
        const answer = await fetch(`${bench.url}/graphql?${new URLSearchParams(variables).toString()}`, { headers });
        return { status: answer.status, body: await answer.json() };
      },
    ]) {
      const { status, body } = await ask();
      expect([status, body.errors[0]]).toMatchObject([
        400,
        { message: expect.stringContaining('sign in') as string, extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
    expect((await bench.nobody.post(fields(124))).body).toEqual({ data: { viewer: null } });
    expect((await bench.owner.post(fields(125))).status).toBe(200);
  });

  it('of sockets are no longer than others', async () => {
    const client = connect(bench.owner.token);
    const query = `subscription { runEvents(runId: "x", afterSeq: 0) { ${'__typename '.repeat(2_000)} } }`;
    const begun = client.iterate({ query }).next();
    await expect(begun).rejects.toMatchObject([{ message: expect.stringContaining('2000 tokens') as string }]);
    await client.dispose();
  });

  it('whose fragments unfold without end are refused at once', async () => {
    const chain = Array.from({ length: 40 }, (_, n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`).join(
      ' ',
    );
    const { body } = await bench.owner.post(`{ ...f0 } ${chain} fragment f40 on Query { viewer { id } }`);
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['too dear', '{ runs(first: 1000000) { edges { node { id } } } }', 'BAD_USER_INPUT'],
    ['too long', `{ ${'viewer { id } '.repeat(500)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['too long unfolded', UNFOLDED, 'BAD_USER_INPUT'],
    ['without end', `{ ${'apps { edges { node { versions { '.repeat(400)}`, 'GRAPHQL_PARSE_FAILED'],
    [
      'that only a socket can serve',
      'subscription { runEvents(runId: "x", afterSeq: 0) { __typename } }',
      'BAD_USER_INPUT',
    ],
    ['of unknown fields', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('are the caller’s fault: %s', async (_what, document, code) => {
    const { status, body } = await bench.owner.post(document);
    expect([status, body.errors[0].extensions.code]).toEqual([400, code]);
  });

  it('B18 that are nested too deeply are refused, and none that is just not', async () => {
    const nested = (times: number) =>
      `{ __type(name: "Run") { ${'ofType { '.repeat(times)} name ${'}'.repeat(times)} } }`;
    const { status, body } = await bench.owner.post(nested(11));
    expect([status, body.errors[0]]).toMatchObject([
      400,
      { message: 'The query is nested deeper than 12 fields.', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await bench.owner.post(nested(10))).body).toEqual({ data: { __type: { ofType: null } } });
  });

  it('B18 that ask for less than one row, or for too many, are told so', async () => {
    const { body } = await bench.owner.post('{ apps(first: -1) { edges { cursor } } }');
    expect(body.errors[0]).toMatchObject({
      message: 'Ask for 1 to 100 rows, not -1.',
      extensions: { code: 'INVALID', reason: 'page.tooSmall' },
    });
    const { body: large } = await bench.owner.post('{ apps(first: 101) { edges { cursor } } }');
    expect(large.errors[0].extensions.reason).toBe('page.tooLarge');
  });

  it('are counted by what lists usually hold and by what is large', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'counted' } });
    const everything = `inputs outputs answer app { name } version { number } steps { key type title status inputs outputs
      attempts { attempt outcome inputs request reply outputs failure { message } usage { totalTokens } } }`;
    const isTaken = async (document: string) => {
      const { body } = await bench.owner.post(document);
      return body.errors === undefined ? true : body.errors[0].message;
    };
    const costs = expect.stringMatching(/^The query costs \d+, at most 20000 are allowed/) as string;
    expect(await isTaken(`{ run(id: "${startRun.run.id}") { ${everything} } }`)).toBe(true);
    expect(await isTaken(`{ runs(first: 5) { edges { node { ${everything} } } } }`)).toEqual(costs);
    expect(await isTaken('{ runs(first: 100) { edges { node { status steps { key status } } } } }')).toBe(true);
    expect(await isTaken('{ runs(first: 100) { edges { node { steps { key outputs } } } } }')).toEqual(costs);
    expect(await isTaken('{ apps(first: 100) { edges { node { name issues { code message } } } } }')).toBe(true);
    expect(await isTaken('{ apps(first: 100) { edges { node { draft { definition } } } } }')).toEqual(costs);
    expect(await isTaken('{ apps(first: 100) { edges { node { export } } } }')).toEqual(costs);
  });

  it('B08 of a form that browsers send across sites are refused', async () => {
    const response = await fetch(`${bench.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"{viewer{id}}"}',
    });
    expect(response.status).toBe(400);
  });

  it('never show a stack or the words of a bug', async () => {
    await bench.test.database.rows('alter table conversation rename to conversation_away');
    const { body } = await bench.owner.post('{ conversation(id: "0195d3c1-0000-7000-8000-000000000000") { id } }');
    await bench.test.database.rows('alter table conversation_away rename to conversation');
    expect(body.errors[0]).toMatchObject({
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL' },
    });
    expect(JSON.stringify(body)).not.toMatch(/relation|select|\.ts/);
  });
});
