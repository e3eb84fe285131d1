import { TASK_QUEUE, workflowId, workflowType, type RunInput } from '@tenon/contract';
import { closeRun, joinTransaction, type AttemptRecordRow } from '@tenon/database';
import { seedApp, seedRun } from '@tenon/database/testing';
import { buildDefinition } from '@tenon/dsl/testing';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import { compiled, type AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

/* Stop stops: what is under way is aborted, nothing new begins, what is done is kept. */

let bench: ModelBench;
let model: ModelBench['model'];

beforeAll(async () => {
  bench = await startModelBench({ maxRunsPerTeam: 2 });
  ({ model } = bench);
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => {
  model.setRules([]);
  model.release();
  model.resetCalls();
});

const nodes = [
  startNode(),
  llmNode('first', 'First'),
  llmNode('second', 'Second'),
  llmNode('third', 'Third'),
  endNode({ out: ['third', 'text'] }),
];
const definition = buildDefinition({
  nodes,
  edges: ['start -> first', 'first -> second', 'second -> third', 'third -> end'],
});

/** A run that stands in the middle of its second model call. */
async function runToTheMiddle(): Promise<AcceptedRun> {
  model.setRules([{ when: { user: 'Second' }, reply: { text: ['Half', ' way', ' there'], holdAfter: 2 } }]);
  const run = await bench.accept(definition);
  await model.waitForHeld(1);
  return run;
}

async function statusOf({ teamId, runId }: AcceptedRun): Promise<Record<string, string>> {
  const steps = await bench.history.listSteps(teamId, runId);
  return Object.fromEntries(steps.map(({ stepKey, status }) => [stepKey, status]));
}

/** The only try of a step, when it is written how it ended: that may be later than the end of the run. */
async function endedAttempt({ teamId, runId }: AcceptedRun, stepKey: string): Promise<AttemptRecordRow> {
  const find = async () => {
    const attempts = await bench.history.listAttempts(teamId, runId);
    return attempts.find((attempt) => attempt.stepKey === stepKey && attempt.finishedAt);
  };
  await until(async () => (await find()) !== undefined, 'the end of the try');
  return (await find()) as AttemptRecordRow;
}

it('a run in the middle of a model call ends before it is answered and keeps what it has', async () => {
  const run = await runToTheMiddle();
  await bench.runs.requestStop(run.teamId, run.runId, 'enough');
  await model.waitForAborted(1, 20_000);
  expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
  expect(model.counts()).toMatchObject({ total: 2, aborted: 1 });
  expect(await statusOf(run)).toEqual({ start: 'succeeded', first: 'succeeded', second: 'stopped' });
  const text = await bench.history.listText(run.teamId, run.runId, new Map());
  expect(text.filter(({ stepKey }) => stepKey === 'second').map((chunk) => chunk.text)).toEqual(['Half way']);
  const events = await bench.eventsOf(run);
  expect(events.slice(-2)).toMatchObject([
    { type: 'step.stopped', stepKey: 'second', attempt: 1 },
    { type: 'run.finished', outcome: { status: 'stopped', reason: 'enough' } },
  ]);
  const attempt = await endedAttempt(run, 'second');
  expect(attempt).toMatchObject({
    outcome: 'cancelled',
    request: { model: 'm', messages: [{ role: 'user', content: 'Second' }] },
    reply: { text: 'Half way', finishReason: null, isPartial: true, usage: { isEstimated: true } },
  });
  expect(attempt.usage?.completionTokens).toBeGreaterThan(0);
  expect(attempt.reply).toMatchObject({ usage: attempt.usage });
  const firstUsage = (await endedAttempt(run, 'first')).usage;
  const totalTokens = Number(firstUsage?.totalTokens) + Number(attempt.usage?.totalTokens);
  const steps = await bench.history.listSteps(run.teamId, run.runId);
  expect(steps.find(({ stepKey }) => stepKey === 'second')?.usage).toEqual(attempt.usage);
  expect(await bench.runs.find(run.teamId, run.runId)).toMatchObject({ usage: { totalTokens, isEstimated: true } });
}, 30_000);

it('a run that waits for the workflow server ends without having begun', async () => {
  // the team may have two under way, so the third waits
  const busy = [await runToTheMiddle()];
  const owner = busy[0] as AcceptedRun;
  busy.push(await bench.accept(definition, { owner }));
  await model.waitForHeld(2);
  const waiting = await bench.accept(definition, { owner });
  await bench.runs.requestStop(waiting.teamId, waiting.runId, 'not needed');
  expect(await waiting.ended()).toMatchObject({ status: 'stopped', reason: 'not needed', startedAt: null });
  expect(await statusOf(waiting)).toEqual({});
  model.release();
  for (const run of busy) expect(await run.ended()).toMatchObject({ status: 'succeeded' });
  expect(model.counts().total).toBe(6);
}, 30_000);

it('a run that is stopped while it is being started has one end, and nothing behind it', async () => {
  model.setRules([{ reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
  // one may be told to stop what the other is starting
  const other = await bench.startWorker({ workerId: 'w2' });
  try {
    for (let i = 0; i < 30; i++) {
      const run = await bench.accept(definition);
      await bench.runs.requestStop(run.teamId, run.runId, 'enough');
      expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
      const types = (await bench.eventsOf(run)).map(({ type }) => type);
      expect(types.indexOf('run.finished')).toBe(types.length - 1);
      if (types.length > 1) expect(types[0]).toBe('run.started');
    }
  } finally {
    await other.close();
  }
}, 60_000);

it('a team gets no more runs under way than it may, and the rest follow', async () => {
  const owner = await runToTheMiddle();
  const others = [];
  for (let i = 0; i < 3; i++) others.push(await bench.accept(definition, { owner }));
  await model.waitForHeld(2);
  expect(await bench.runs.countOpen(owner.teamId)).toEqual({ queued: 2, underWay: 2 });
  model.setRules([]);
  model.release();
  for (const run of [owner, ...others]) expect(await run.ended()).toMatchObject({ status: 'succeeded' });
  expect(model.counts().total).toBe(12);
}, 30_000);

it('a run whose start was never noted is stopped all the same', async () => {
  const run = await runToTheMiddle();
  // as when the worker is killed between the start and the note of it
  await bench.test.database.rows(
    "update run set relayed_at = null, relay_until = now() - interval '1 second' where id = $1",
    [run.runId],
  );
  await bench.runs.requestStop(run.teamId, run.runId, 'enough');
  expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
  await model.waitForAborted(1, 5_000);
  const isEnded = async () => (await statusOf(run))['second'] === 'stopped';
  await until(isEnded, 'the step to be shown as stopped');
}, 30_000);

it('B74 a run that has ended before its workflow begins calls nobody, and its workflow ends', async () => {
  const plan = compiled(definition);
  const { database } = bench.test;
  const owner = await seedApp(database, plan);
  const { teamId } = owner;
  // in one transaction, so that no relay takes it up
  const runId = await database.inTransaction(async (sql) => {
    const inside = joinTransaction(database, sql);
    const id = await seedRun(inside, owner);
    await closeRun(inside, id, 1_000, { status: 'stopped', reason: 'enough' });
    return id;
  });
  const limits = { maxSteps: 100, maxDurationMs: 60_000, boundsWaits: true as const };
  const input: RunInput = {
    run: { runId, teamId, conversationId: null },
    planHash: 'plan',
    plan,
    start: { inputs: {}, system: {}, conversation: {}, limits },
  };
  const options = { workflowId: workflowId(runId), taskQueue: TASK_QUEUE, args: [input] };
  const workflow = await bench.client.workflow.start(workflowType(owner.appId), options);
  expect(await workflow.result()).toEqual({ status: 'stopped' });
  expect(model.counts().total).toBe(0);
  expect((await bench.eventsOf({ teamId, runId })).map(({ type }) => type)).toEqual(['run.finished']);
}, 30_000);
