import { beatLease, claimQueuedRuns, endLease, markRelayed, noteAttention, recordEvents } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import { createClient } from 'graphql-ws';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import WebSocket from 'ws';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await startApiBench();
}, 60_000);
afterAll(() => bench.close());

const IMPORT = `mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id name } issues { code severity path message line } errors { code } } }`;

const exampleOf = (name: string) => readFile(path.resolve(import.meta.dirname, '../../../../examples', name), 'utf8');

describe('starting a run', () => {
  it('accepts it without a worker, queued, and says what it waits for', async () => {
    const app = await appNamed(bench, 'Content moderation');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'hi' } });
    expect(startRun).toMatchObject({ run: { status: 'QUEUED', query: 'hi' }, errors: [] });
    await bench.test.database.rows(`update run set created_at = now() - interval '1 minute' where id = $1`, [
      startRun.run.id,
    ]);
    const { run } = await bench.owner.ask('query ($id: ID!) { run(id: $id) { waitingFor } }', { id: startRun.run.id });
    expect(run.waitingFor).toContain('No worker has taken the run yet');
  });

  it('says of a run under way why it cannot go on and since when, and counts it in health', async () => {
    const app = await appNamed(bench, 'Content moderation');
    const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'hi' } });
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
      const input = { appId: app.id, query: 'hi', ...more };
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
        content: (await exampleOf('translate-and-review.yml')).replace('max_length: 8000', 'max_length: null'),
        name: 'Unbounded',
      },
    });
    const { startRun } = await bench.owner.ask(START, {
      input: {
        appId: big.importApp.app.id,
        useDraft: true,
        inputs: { text: 'x'.repeat(3_000_000), language: 'English' },
      },
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

it('an id that nobody has is of nothing', async () => {
  expect(await bench.owner.ask('{ app(id: "no-such-id") { id } }')).toEqual({ app: null });
  expect(await bench.owner.ask(`{ run(id: "' or 1=1") { id } }`)).toEqual({ run: null });
});
