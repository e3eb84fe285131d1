import { beatLease, claimQueuedRuns, endLease, markRelayed, noteAttention, recordEvents } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import { createClient } from 'graphql-ws';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { appNamed, APPS, START, startApiBench, type ApiBench } from './testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id name } issues { code severity path message line } errors { code } } }`;

const exampleOf = (name: string) => readFile(path.resolve(import.meta.dirname, '../../../examples', name), 'utf8');

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

describe('signing in', () => {
  const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { email role team { name } } errors { code message } } }`;

  it('B08 gives a cookie that pages of ours can use, and others cannot', async () => {
    const answer = await bench.nobody.post(SIGN_IN, {
      input: { email: 'Owner@tenon.local', password: 'correct horse battery' },
    });
    expect(answer.body.data.signIn.viewer).toMatchObject({ email: 'owner@tenon.local', role: 'owner' });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^tenon_session=[\w-]{43};.*HttpOnly; SameSite=Lax/);
    const [pair] = cookie.split(';') as [string];
    const viewer = (origin?: string) =>
      bench.nobody.post('{ viewer { email } }', {}, { cookie: pair, ...(origin && { origin }) });
    expect((await viewer()).body.data.viewer.email).toBe('owner@tenon.local');
    expect((await viewer(bench.url)).body.data.viewer.email).toBe('owner@tenon.local');
    const foreign = await viewer('https://evil.example');
    expect(foreign.status).toBe(403);
    expect(foreign.body.errors[0]).toMatchObject({ extensions: { code: 'FORBIDDEN', reason: 'auth.foreignOrigin' } });
    await bench.nobody.post('mutation { signOut { errors { code } } }', {}, { cookie: pair });
    expect((await viewer()).body.data.viewer).toBeNull();
  });

  it('is refused after ten wrong passwords, also with the right one', async () => {
    const attempt = async (password: string) => {
      const { body } = await bench.nobody.post(SIGN_IN, { input: { email: 'other@x.test', password } });
      return body.data.signIn.errors[0]?.code;
    };
    const codes: string[] = [];
    for (let i = 0; i < 10; i++) codes.push(await attempt('wrong'));
    expect(new Set(codes)).toEqual(new Set(['auth.wrongCredentials']));
    expect(await attempt('correct horse battery')).toBe('auth.tooManyTries');
  });

  it('gets a new password by the owner’s API token alone, and old sessions end with the old one', async () => {
    const RESET = 'mutation { resetOwnerPassword { email password errors { code } } }';
    const signIn = async (password: string) => {
      const { headers } = await bench.nobody.post(SIGN_IN, { input: { email: 'owner@tenon.local', password } });
      return headers.get('set-cookie')?.split(';')[0];
    };
    const cookie = await signIn('correct horse battery');
    const byBrowser = await bench.nobody.post(RESET, {}, { cookie: cookie! });
    expect(byBrowser.body.data.resetOwnerPassword.errors).toEqual([{ code: 'auth.ownerTokenNeeded' }]);
    const { resetOwnerPassword } = await bench.owner.ask(RESET);
    expect(resetOwnerPassword).toMatchObject({ email: 'owner@tenon.local', errors: [] });
    expect(resetOwnerPassword.password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect((await bench.nobody.post('{ viewer { id } }', {}, { cookie: cookie! })).body.data.viewer).toBeNull();
    expect(await signIn('correct horse battery')).toBeUndefined();
    expect(await signIn(resetOwnerPassword.password)).toMatch(/^tenon_session=/);
  });

  it('is needed for everything but asking who is signed in', async () => {
    expect((await bench.nobody.ask('{ viewer { id } }')).viewer).toBeNull();
    for (const document of ['{ apps { edges { cursor } } }', '{ runs { edges { cursor } } }', '{ providers { name } }'])
      expect((await bench.nobody.post(document)).body.errors[0].extensions).toMatchObject({ reason: 'auth.required' });
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

describe('starting a run', () => {
  it('accepts it without a worker, queued, and says what it waits for', async () => {
    const app = await appNamed(bench, 'Content moderation');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, inputs: { user_input: 'hi' } } });
    expect(startRun).toMatchObject({ run: { status: 'QUEUED', inputs: { user_input: 'hi' } }, errors: [] });
    await bench.test.database.rows(`update run set created_at = now() - interval '1 minute' where id = $1`, [
      startRun.run.id,
    ]);
    const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { waitingFor } }', { id: startRun.run.id });
    expect(run.waitingFor).toContain('No worker has taken the run yet');
  });

  it('says of a run under way why it cannot go on and since when, and counts it in health', async () => {
    const app = await appNamed(bench, 'Content moderation');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, inputs: { user_input: 'hi' } } });
    const { id } = startRun.run;
    const attention = async () =>
      (await bench.owner.ask('query ($id: ID!) { run(id: $id) { needsAttention { reason since } } }', { id })).run
        .needsAttention;
    const waitingFor = async () =>
      (await bench.owner.ask('query ($id: ID!) { run(id: $id) { waitingFor } }', { id })).run.waitingFor as string;
    expect(await attention()).toBeNull();
    await claimQueuedRuns(bench.database, 100, 100);
    await markRelayed(bench.database, [id]);
    expect((await attention()).reason).toContain('No worker is there');
    expect(await waitingFor()).toContain('No worker is there');
    const headers = { authorization: `Bearer ${bench.owner.token}` };
    const health = await (await fetch(`${bench.url}/health`, { headers })).json();
    expect(health).toMatchObject({ runs: { underWay: 1, needAttention: 1, workers: 0 } });
    await beatLease(bench.database, 'w');
    expect(await attention()).toBeNull();
    // the workflow server has it, and its first task has not come to an end
    expect(await waitingFor()).toBeNull();
    await bench.test.database.rows(`update run set created_at = now() - interval '1 minute' where id = $1`, [id]);
    expect(await waitingFor()).toContain('The workflow server has the run, and no worker has begun it yet.');
    const since = '2026-01-02T03:04:05.000Z';
    await noteAttention(bench.database, id, { reason: 'There is a bug.', since: new Date(since) });
    expect(await attention()).toEqual({ reason: 'There is a bug.', since });
    expect(await waitingFor()).toBe(`There is a bug. Waiting since ${since}.`);
    await bench.owner.ask('mutation ($id: ID!) { stopRun(input: { runId: $id }) { errors { code } } }', { id });
    await endLease(bench.database, 'w');
  });

  it('refuses inputs that do not fit, field by field, before a run exists', async () => {
    const app = await appNamed(bench, 'Translate and review');
    const count = async () => (await bench.test.database.rows('select 1 from run')).length;
    const before = await count();
    const { startRun } = await bench.owner.ask(START, {
      input: { appId: app.id, inputs: { text: 7, language: 'Klingon' } },
    });
    expect(startRun.run).toBeNull();
    expect(startRun.errors.map(({ path }: { path: string[] }) => path)).toEqual([
      ['inputs', 'text'],
      ['inputs', 'language'],
    ]);
    expect(await count()).toBe(before);
  });

  it('refuses inputs that are no object, and where it was started from when that is no name', async () => {
    const app = await appNamed(bench, 'Content moderation');
    const errorsOf = async (more: object) => {
      const input = { appId: app.id, inputs: { user_input: 'hi' }, ...more };
      const { startRun } = await bench.owner.ask(START, { input });
      return startRun.errors.map(({ code, path }: { code: string; path: string[] }) => [code, path]);
    };
    for (const inputs of [[], 'text', 1])
      expect(await errorsOf({ inputs })).toEqual([['input.notAnObject', ['inputs']]]);
    for (const channel of ['', 'x'.repeat(33), 'Two words', '<b>'])
      expect(await errorsOf({ channel })).toEqual([['channel.invalid', ['channel']]]);
    expect(await errorsOf({ channel: 'my-site2' })).toEqual([]);
  });

  it('refuses inputs that no workflow could be started with', async () => {
    const big = await bench.owner.ask(IMPORT, {
      input: {
        content: (await exampleOf('content-moderation.yml')).replace('max_length: 4000', 'max_length: null'),
        name: 'Unbounded',
      },
    });
    const { startRun } = await bench.owner.ask(START, {
      input: { appId: big.importApp.app.id, useDraft: true, inputs: { user_input: 'x'.repeat(3_000_000) } },
    });
    expect(startRun.errors[0].code).toBe('run.inputsTooLarge');
  });

  it('is one run for one key, whatever comes at the same time, and one conversation', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const input = { appId: app.id, query: 'hello', idempotencyKey: 'k1' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => bench.owner.ask(START, { input })));
    expect(answers.flatMap(({ startRun }) => startRun.errors)).toEqual([]);
    expect(new Set(answers.map(({ startRun }) => startRun.run.id)).size).toBe(1);
    const { conversations } = await bench.owner.ask(
      'query ($id: ID!) { conversations(appId: $id) { edges { node { name } } } }',
      { id: app.id },
    );
    expect(conversations.edges).toEqual([{ node: { name: 'hello' } }]);
    const other = await bench.owner.ask(START, { input: { ...input, query: 'bye' } });
    expect(other.startRun.errors[0].code).toBe('run.keyReused');
  });
});

describe('another team', () => {
  it('finds nothing of ours by any id, and changes nothing', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'mine' } });
    const { id: runId, conversationId } = startRun.run;
    const { stranger } = bench;
    expect(await stranger.ask('query ($id: ID!) { app(id: $id) { id } }', { id: app.id })).toEqual({ app: null });
    expect(await stranger.ask('query ($id: ID!) { run(id: $id) { id } }', { id: runId })).toEqual({ run: null });
    expect(await stranger.ask('query ($id: ID!) { conversation(id: $id) { id } }', { id: conversationId })).toEqual({
      conversation: null,
    });
    const code = async (field: string, type: string, input: object) =>
      (await stranger.ask(`mutation ($input: ${type}!) { ${field}(input: $input) { errors { code } } }`, { input }))[
        field
      ].errors[0]?.code;
    expect(await code('startRun', 'StartRunInput', { appId: app.id, query: 'x' })).toBe('app.missing');
    expect(await code('stopRun', 'StopRunInput', { runId })).toBe('run.missing');
    expect(await code('publishApp', 'AppInput', { appId: app.id })).toBe('app.missing');
    expect(await code('deleteApp', 'AppInput', { appId: app.id })).toBe('app.missing');
    expect(await code('importApp', 'ImportAppInput', { appId: app.id, content: await exampleOf('chatbot.yml') })).toBe(
      'app.missing',
    );
    const { runs } = await stranger.ask('query ($f: RunFilter) { runs(filter: $f) { edges { cursor } } }', {
      f: { appId: app.id },
    });
    expect(runs.edges).toEqual([]);
  });

  it('is told the same of an id that nobody has', async () => {
    expect(await bench.owner.ask('{ app(id: "no-such-id") { id } }')).toEqual({ app: null });
    expect(await bench.owner.ask(`{ run(id: "' or 1=1") { id } }`)).toEqual({ run: null });
  });
});

describe('run events', () => {
  const USAGE = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  const outcome = { status: 'succeeded' as const, outputs: {}, exceptions: 0, steps: 1, usage: USAGE };
  const EVENTS = (): RunEvent[] => [
    { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    { seq: 2, at: 2, type: 'step.started', stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} },
    { seq: 4, at: 4, type: 'run.finished', outcome },
  ];

  it('come once and in order, also to whoever connects again, and end with the run', async () => {
    const app = await appNamed(bench, 'Chatbot');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'events' } });
    const runId = startRun.run.id;
    const [row] = await bench.test.database.rows<{ teamId: string }>(
      'select team_id as "teamId" from run where id = $1',
      [runId],
    );
    const client = createClient({
      url: `${bench.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${bench.owner.token}` },
    });
    const query = `subscription ($id: ID!, $after: Int!) { runEvents(runId: $id, afterSeq: $after) { ... on RunEventUpdate { seq type } } }`;
    const follow = (after: number) =>
      client.iterate<{ runEvents: { seq?: number }[] }>({ query, variables: { id: runId, after } });
    const seqsOf = (data?: { runEvents: { seq?: number }[] } | null) =>
      data?.runEvents.flatMap(({ seq }) => seq ?? []) ?? [];
    const seen: number[] = [];
    const first = (async () => {
      for await (const { data } of follow(0)) seen.push(...seqsOf(data));
    })();
    const events = EVENTS();
    await recordEvents(bench.test.database, row!.teamId as never, runId, [events[1]!]);
    await recordEvents(bench.test.database, row!.teamId as never, runId, [events[0]!]);
    await recordEvents(bench.test.database, row!.teamId as never, runId, events.slice(2));
    await first;
    expect(seen).toEqual([1, 2, 3, 4]);
    const again: number[] = [];
    for await (const { data } of follow(2)) again.push(...seqsOf(data));
    expect(again).toEqual([3, 4]);
    await client.dispose();
  }, 20_000);
});

describe('files', () => {
  it('that runs have kept are downloads for their team, and for nobody else', async () => {
    const hash = 'a'.repeat(64);
    const [row] = await bench.test.database.rows<{ id: string }>(`select id from team where name = 'My team'`);
    await bench.objects.put(`responses/${row!.id}/${hash}`, new TextEncoder().encode('<script>'), 'text/html');
    const url = `${bench.url}/files/responses/${row!.id}/${hash}`;
    const get = (token: string) => fetch(url, { headers: { ...(token && { authorization: `Bearer ${token}` }) } });
    const theirs = await get(bench.owner.token);
    expect([theirs.status, await theirs.text()]).toEqual([200, '<script>']);
    expect(theirs.headers.get('content-disposition')).toContain('attachment');
    expect(theirs.headers.get('content-type')).toBe('application/octet-stream');
    expect(theirs.headers.get('cache-control')).toBe('private, no-cache');
    const known = { 'if-none-match': theirs.headers.get('etag') as string, 'cache-control': 'max-age=0' };
    const again = (token: string) => fetch(url, { headers: { ...known, authorization: `Bearer ${token}` } });
    expect([(await again(bench.owner.token)).status, (await again(bench.stranger.token)).status]).toEqual([304, 404]);
    expect((await get(bench.stranger.token)).status).toBe(404);
    expect((await get('')).status).toBe(401);
    expect((await fetch(`${bench.url}/files/responses/..%2f${row!.id}/${hash}`)).status).toBe(404);
  });
});

describe('health', () => {
  it('B20 tells strangers only that it serves, and members what runs', async () => {
    const anybody = (await (await fetch(`${bench.url}/health`)).json()) as object;
    expect(anybody).toEqual({ status: 'ok' });
    const headers = { authorization: `Bearer ${bench.owner.token}` };
    const member = (await (await fetch(`${bench.url}/health`, { headers })).json()) as object;
    expect(member).toMatchObject({ status: 'ok', database: { state: 'up' }, runs: { workers: 0 } });
  });

  it('probes the database at most once a second, however many ask', async () => {
    const from = performance.now();
    const statements = await bench.statementsOf(async () => {
      for (let n = 0; n < 10; n++)
        await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`${bench.url}/health`)).text()));
    });
    const probes = statements.filter(({ text }) => text.includes('generate_series'));
    expect(probes.length).toBeLessThanOrEqual(1 + (performance.now() - from) / 1_000);
  });

  it('says 503 while the database is away, and accepts again when it is back', async () => {
    await bench.test.postgres.kill();
    const health = () => fetch(`${bench.url}/health`);
    while ((await health()).status !== 503) await delay(100);
    expect(await (await health()).json()).toEqual({ status: 'unavailable' });
    const { status, body } = await bench.owner.post('{ apps { edges { cursor } } }');
    expect([status, body.errors[0].extensions.code]).toEqual([503, 'UNAVAILABLE']);
    await bench.test.postgres.restart();
    while ((await health()).status !== 200) await delay(100);
    expect((await bench.owner.ask(APPS)).apps.edges.length).toBeGreaterThan(0);
  }, 30_000);
});
