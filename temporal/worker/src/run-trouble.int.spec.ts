import type { RunActivities } from '@tenon/contract';
import { databaseErrors, listAttention, type RunAttention } from '@tenon/database';
import { buildDefinition } from '@tenon/dsl/testing';
import type { Plan } from '@tenon/engine';
import { createFakeLogger } from '@tenon/ports/testing';
import { Reconciler } from './reconciler.js';
import { historyOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, getNode, llmNode, startNode, templateNode } from './testing/nodes.js';
import { bundleOtherWorkflows, compiled, type AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

/* A run that cannot go on says why, and goes on when it can. */

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
let newerBundle: ModelBench['bundle'];
/** Stands in the way of every step while it is set. */
let fault: Error | undefined;

const wrap = (activities: RunActivities): RunActivities => ({
  ...activities,
  performStep: (call) => (fault ? Promise.reject(fault) : activities.performStep(call)),
  loadPlanPart: (...part) => (fault ? Promise.reject(fault) : activities.loadPlanPart(...part)),
});

beforeAll(async () => {
  [bench, newerBundle] = await Promise.all([startModelBench({ wrap }), bundleOtherWorkflows('newer.workflow.ts')]);
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => {
  fault = undefined;
  model.setRules([]);
});

const attentionOf = async ({ teamId, runId }: AcceptedRun) =>
  (await listAttention(bench.test.database, teamId, [runId])).get(runId);

const onServer = () => undefined;

/** Looks at all runs until this one says why it cannot go on. */
async function lookUntilNoted(run: AcceptedRun): Promise<RunAttention> {
  const { database } = bench.test;
  const reconciler = new Reconciler({ database, client, logger: createFakeLogger(), onServer });
  let attention: RunAttention | undefined;
  const isNoted = async () => {
    await reconciler.look(0);
    attention = await attentionOf(run);
    return attention !== undefined;
  };
  await until(isNoted, 'a reason', 30_000);
  return attention as RunAttention;
}

const statusOf = async ({ teamId, runId }: AcceptedRun) => (await bench.runs.find(teamId, runId))?.status;

/** The plan with a step that only newer workers know. */
function newerThanWorker(plan: Plan): Plan {
  const steps = plan.steps.map((step) =>
    step.id === 'new' ? { ...step, instruction: { ...step.instruction, run: 'tomorrow@1' } } : step,
  );
  return { ...plan, steps };
}

it('a run that fails in its first task is known to have been handed over', async () => {
  const nodes = [startNode(), templateNode('new', ''), endNode({ out: ['new', 'output'] })];
  const plan = compiled(buildDefinition({ nodes, edges: ['start -> new', 'new -> end'] }));
  const run = await bench.acceptPlan(newerThanWorker(plan));
  const isNoted = async () => (await bench.runs.find(run.teamId, run.runId))?.isRelayed === true;
  await until(isNoted, 'the note that it was started');
  expect(await statusOf(run)).toBe('queued');
}, 30_000);

it('a plan that is newer than the worker waits for a newer worker, and says so', async () => {
  const nodes = [startNode(), llmNode('llm', 'Say it'), templateNode('new', ''), endNode({ out: ['new', 'output'] })];
  const plan = compiled(buildDefinition({ nodes, edges: ['start -> llm', 'llm -> new', 'new -> end'] }));
  const acceptedAt = Date.now();
  const run = await bench.acceptPlan(newerThanWorker(plan));
  const hasFailed = async () =>
    (await statusOf(run)) === 'running' &&
    JSON.stringify(await historyOf(client, run.runId)).includes('workflowTaskFailedEventAttributes');
  await until(hasFailed, 'a task that fails', 30_000);
  const { reason, since } = await lookUntilNoted(run);
  const notedBy = Date.now();
  expect(reason).toBe(
    'No worker can carry the run on: no inline function tomorrow@1: this worker is older than the plan.',
  );
  expect(since.getTime()).toBeGreaterThan(acceptedAt - 1_000);
  expect(since.getTime()).toBeLessThanOrEqual(notedBy);
  expect(await statusOf(run)).toBe('running');
  const steps = await bench.history.listSteps(run.teamId, run.runId);
  expect(steps.map(({ stepKey }) => stepKey)).toEqual(['start', 'llm']);
  await worker.close();
  worker = await bench.startWorker({ workflowBundle: newerBundle });
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'done' } });
  expect(await attentionOf(run)).toBeUndefined();
}, 90_000);

const call = buildDefinition({
  nodes: [startNode(), llmNode('llm', 'Say it'), endNode({ out: ['llm', 'text'] })],
  edges: ['start -> llm', 'llm -> end'],
});

it('a step that cannot even be tried says why, until it can', async () => {
  fault = databaseErrors.unavailable('The disk of the database is full.');
  const run = await bench.accept(call);
  const { reason } = await lookUntilNoted(run);
  expect(reason).toBe('The step llm cannot be performed: The disk of the database is full.');
  fault = undefined;
  expect(await run.ended()).toMatchObject({ status: 'succeeded' });
  expect(await attentionOf(run)).toBeUndefined();
}, 60_000);

/** What is noted while nobody asks the server, which does not know of activities within a task. */
async function untilNoted(run: AcceptedRun): Promise<RunAttention> {
  await until(async () => (await attentionOf(run)) !== undefined, 'a reason', 30_000);
  return (await attentionOf(run)) as RunAttention;
}

it('a short step that cannot even be tried says why and since when, until it can', async () => {
  fault = databaseErrors.unavailable('The disk of the database is full.');
  const acceptedAt = Date.now();
  const get = getNode('get', `${new URL(model.baseUrl).origin}/__calls`);
  const nodes = [startNode(), get, endNode({ out: ['get', 'body'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> get', 'get -> end'] }));
  const { reason, since } = await untilNoted(run);
  expect(reason).toBe('The step get cannot be performed: The disk of the database is full.');
  expect(since.getTime()).toBeGreaterThan(acceptedAt - 1_000);
  expect(since.getTime()).toBeLessThanOrEqual(Date.now());
  // a look finds nothing at the server, and leaves the note
  await new Reconciler({ database: bench.test.database, client, logger: createFakeLogger(), onServer }).look();
  expect(await attentionOf(run)).toMatchObject({ reason, since });
  fault = undefined;
  expect(await run.ended()).toMatchObject({ status: 'succeeded' });
  expect(await attentionOf(run)).toBeUndefined();
}, 60_000);

it('a run whose plan cannot be loaded says why, until it can', async () => {
  fault = databaseErrors.unavailable('The disk of the database is full.');
  const nodes = [startNode(), templateNode('big', 'x'.repeat(200_000)), endNode({ out: ['big', 'output'] })];
  const run = await bench.accept(buildDefinition({ nodes, edges: ['start -> big', 'big -> end'] }));
  const { reason } = await untilNoted(run);
  expect(reason).toBe('The plan of the run cannot be loaded: The disk of the database is full.');
  fault = undefined;
  expect(await run.ended()).toMatchObject({ status: 'succeeded' });
}, 60_000);

it('a workflow server that is away is noticed, and so is its return', async () => {
  model.setRules([{ reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
  const run = await bench.accept(call);
  await model.waitForHeld(1);
  expect(await attentionOf(run)).toBeUndefined();
  await bench.temporal.kill();
  const reason = 'The workflow server does not answer; the run goes on when it is back.';
  await until(async () => (await attentionOf(run))?.reason === reason, 'the absence to be noticed', 30_000);
  expect(await statusOf(run)).toBe('running');
  await bench.temporal.restart();
  await until(async () => (await attentionOf(run)) === undefined, 'the return to be noticed', 30_000);
  model.setRules([]);
  model.release();
  expect(await run.ended()).toMatchObject({ status: 'succeeded' });
}, 120_000);
