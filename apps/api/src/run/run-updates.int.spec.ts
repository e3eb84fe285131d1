import type { RunId, TeamId } from '@tenon/base';
import { cancelAttempt, CHANNELS, closeAttempt, openAttempt, recordEvents, ring } from '@tenon/database';
import type { RunEvent } from '@tenon/engine';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { appNamed, START, startApiBench, type ApiBench } from '../testing/api-bench.js';

let bench: ApiBench;
beforeAll(async () => void (bench = await startApiBench()), 60_000);
afterAll(() => bench.close());

const QUERY = `subscription ($id: ID!) { runEvents(runId: $id, afterSeq: 0) {
  ... on RunEventUpdate { type } ... on RunReplyUpdate { offset replyText: text reasoning } } }`;
type AttemptKey = Parameters<typeof openAttempt>[1];
type Update = { readonly type?: string; readonly offset?: number; readonly replyText?: string };

/** Follows a run as a screen does. */
class Screen {
  /** What is shown, after each change. */
  readonly shown: string[] = [''];
  readonly ended: Promise<void>;
  private changed: () => void = () => undefined;

  constructor(runId: RunId) {
    this.ended = this.follow(runId);
  }

  get text(): string {
    return this.shown.at(-1) as string;
  }

  async until(text: string): Promise<void> {
    while (this.text !== text) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  private async follow(id: RunId): Promise<void> {
    const url = `${bench.url.replace('http', 'ws')}/graphql`;
    const connectionParams = { authorization: `Bearer ${bench.owner.token}` };
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams });
    for await (const { data } of client.iterate<{ runEvents: Update[] }>({ query: QUERY, variables: { id } }))
      for (const { offset, replyText } of data?.runEvents ?? []) {
        if (offset === undefined || replyText === undefined) continue;
        this.shown.push(this.text.slice(0, offset) + replyText);
        this.changed();
      }
    await client.dispose();
  }
}

async function say({ runId, stepKey, attempt }: AttemptKey, execution: number, offset: number, text: string) {
  await bench.database.rows(
    `insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
     values ($1, $2, $3, $4, 'text', $5, $6)`,
    [runId, stepKey, attempt, execution, offset, text],
  );
  await ring(bench.database, CHANNELS.run, runId);
}

it('W3 an answer whose worker is lost begins anew on the screen, and is never glued to the next', async () => {
  const app = await appNamed(bench, 'Chatbot');
  const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'hi' } });
  const runId = startRun.run.id as RunId;
  const [row] = await bench.database.rows<{ teamId: TeamId }>('select team_id as "teamId" from run where id = $1', [
    runId,
  ]);
  const key: AttemptKey = { teamId: row!.teamId, runId, stepKey: 'llm', attempt: 1 };
  const pool = { sys: {}, env: {}, conversation: {} };
  const begun = [
    { seq: 1, at: 1, type: 'run.started' as const, inputs: {}, pool, root: 'start' },
    { seq: 2, at: 2, type: 'step.started' as const, stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded' as const, stepKey: 'start', attempt: 1, exit: 'source', outputs: {} },
    { seq: 4, at: 4, type: 'step.started' as const, stepKey: 'llm', inputs: {} },
  ];
  const screen = new Screen(runId);
  await openAttempt(bench.database, key, { workerId: 'lost', inputs: {}, events: begun });
  await say(key, 1, 0, 'The sky ');
  await screen.until('The sky ');
  await openAttempt(bench.database, key, { workerId: 'next', inputs: {}, events: [] });
  await say(key, 2, 0, 'Blue, ');
  await screen.until('Blue, ');
  // what the lost one still had to say is not heard
  await say(key, 1, 8, 'is blue.');
  await say(key, 2, 6, 'I think.');
  await screen.until('Blue, I think.');
  const late = new Screen(runId);
  await late.until('Blue, I think.');
  const outputs = { text: 'Blue, I think.' };
  await closeAttempt(bench.database, key, 2, { ok: true, outputs, exit: 'source' }, {});
  const usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  const outcome = { status: 'succeeded' as const, outputs: { answer: outputs.text }, exceptions: 0, steps: 3, usage };
  await recordEvents(bench.database, key.teamId, runId, [
    { seq: 5, at: 5, type: 'step.succeeded', stepKey: 'llm', attempt: 1, exit: 'source', outputs },
    { seq: 6, at: 6, type: 'step.started', stepKey: 'answer', inputs: {} },
    {
      seq: 7,
      at: 7,
      type: 'step.succeeded',
      stepKey: 'answer',
      attempt: 1,
      exit: 'source',
      outputs: { answer: outputs.text },
    },
    { seq: 8, at: 8, type: 'run.finished', outcome },
  ]);
  await ring(bench.database, CHANNELS.run, runId);
  await Promise.all([screen.ended, late.ended]);
  // whom no stream reaches reads the same events
  const { run } = await bench.owner.ask(
    'query ($id: ID!) { run(id: $id) { events(afterSeq: 5) { seq at type stepKey payload } } }',
    { id: runId },
  );
  expect(run.events).toMatchObject([
    { seq: 6, at: '1970-01-01T00:00:00.006Z', type: 'step.started', stepKey: 'answer' },
    { seq: 7, payload: { exit: 'source', outputs: { answer: 'Blue, I think.' } } },
    { seq: 8, type: 'run.finished', stepKey: null, payload: { outcome: { status: 'succeeded' } } },
  ]);
  for (const { shown, text } of [screen, late]) {
    expect(text).toBe('Blue, I think.');
    for (const each of shown)
      expect('The sky is blue.'.startsWith(each) || 'Blue, I think.'.startsWith(each)).toBe(true);
  }
}, 30_000);

it('keeps of a run that was stopped what was said until its last step had written it, and says when that is', async () => {
  const app = await appNamed(bench, 'Chatbot');
  const { startRun } = await bench.owner.ask(START, { input: { appId: app.id, query: 'stopped' } });
  const runId = startRun.run.id as RunId;
  const [row] = await bench.database.rows<{ teamId: TeamId }>('select team_id as "teamId" from run where id = $1', [
    runId,
  ]);
  const key: AttemptKey = { teamId: row!.teamId, runId, stepKey: 'llm', attempt: 1 };
  const read = async () => {
    const { run } = await bench.owner.ask(
      'query ($id: ID!) { run(id: $id) { answer isSettled conversationId usage { totalTokens } } }',
      { id: runId },
    );
    const { conversation } = await bench.owner.ask(
      'query ($id: ID!) { conversation(id: $id) { messages { answer status } } }',
      { id: run.conversationId },
    );
    const { answer, isSettled, usage } = run;
    return { answer, isSettled, tokens: usage?.totalTokens, message: conversation.messages[0].answer };
  };
  await bench.database.rows(`insert into worker_lease (worker_id, beat_at) values ('beating', now() + interval '2 s')`);
  const events: RunEvent[] = [
    { seq: 1, at: 1, type: 'run.started', inputs: {}, pool: { sys: {}, env: {}, conversation: {} }, root: 'start' },
    { seq: 2, at: 2, type: 'step.started', stepKey: 'start', inputs: {} },
    { seq: 3, at: 3, type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} },
    { seq: 4, at: 4, type: 'step.started', stepKey: 'llm', inputs: {} },
  ];
  await openAttempt(bench.database, key, { workerId: 'beating', inputs: {}, events });
  await say(key, 1, 0, 'one ');
  expect(await read()).toMatchObject({ answer: null, isSettled: false, message: null });
  const nothing = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  await recordEvents(bench.database, key.teamId, runId, [
    { seq: 5, at: 5, type: 'step.stopped', stepKey: 'llm', attempt: 1 },
    {
      ...{ seq: 6, at: 6, type: 'run.finished' },
      outcome: { status: 'stopped', outputs: {}, exceptions: 0, steps: 2, usage: nothing },
    },
  ]);
  await say(key, 1, 4, 'two');
  expect(await read()).toMatchObject({ answer: 'one two', isSettled: false, message: 'one two' });
  await cancelAttempt(bench.database, key, 1, { usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 } });
  expect(await read()).toEqual({ answer: 'one two', isSettled: true, tokens: 3, message: 'one two' });
}, 30_000);
