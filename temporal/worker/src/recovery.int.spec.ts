import type { PerformCall, RunActivities } from '@tenon/contract';
import { workflowId } from '@tenon/contract';
import { TokenBudgets } from '@tenon/database';
import { buildDefinition } from '@tenon/dsl/testing';
import { createFakeLogger } from '@tenon/ports/testing';
import type { temporal } from '@temporalio/proto';
import { Reconciler } from './reconciler.js';
import { historyOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import type { AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

/* What is lost in the middle is found again: results, workers, the database, whole workflows. */

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
/** Stands between Temporal and the activity for the next calls. */
let between:
  ((call: PerformCall, perform: RunActivities['performStep']) => ReturnType<RunActivities['performStep']>) | undefined;

const wrap = (activities: RunActivities): RunActivities => ({
  ...activities,
  performStep: (call) => (between ? between(call, activities.performStep) : activities.performStep(call)),
});

beforeAll(async () => {
  bench = await startModelBench({ wrap });
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => {
  between = undefined;
  model.setRules([]);
  model.resetCalls();
});

const one = buildDefinition({
  nodes: [startNode(), llmNode('llm', 'Say it'), endNode({ out: ['llm', 'text'] })],
  edges: ['start -> llm', 'llm -> end'],
});
const two = buildDefinition({
  nodes: [startNode(), llmNode('first', 'First'), llmNode('second', 'Second'), endNode({ out: ['second', 'text'] })],
  edges: ['start -> first', 'first -> second', 'second -> end'],
});

const attemptsOf = async ({ teamId, runId }: AcceptedRun) =>
  (await bench.history.listAttempts(teamId, runId)).map(({ stepKey, attempt, execution, cause, outcome }) => [
    `${stepKey}#${attempt}`,
    execution,
    cause,
    outcome,
  ]);

describe('a step', () => {
  it('whose worker is lost between its result and the report of it is not done again', async () => {
    let lost = 0;
    between = async (call, perform) => {
      const reply = await perform(call);
      if (lost++ === 0) throw new Error('the worker dies here');
      return reply;
    };
    const run = await bench.accept(one);
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'fine' } });
    expect(lost).toBe(2);
    expect(model.counts().total).toBe(1);
    expect(await attemptsOf(run)).toEqual([['llm#1', 1, 'first', 'succeeded']]);
  }, 30_000);

  it('that is done again after a loss frees its run from the worker that was lost', async () => {
    let executions = 0;
    between = async (call, perform) => {
      if (executions++ === 0) throw new Error('the worker dies here');
      return perform(call);
    };
    model.setRules([{ reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    const run = await bench.accept(one);
    await model.waitForHeld(1);
    model.release();
    expect(await run.ended()).toMatchObject({ status: 'succeeded' });
    const { events } = (await historyOf(client, run.runId)) as unknown as temporal.api.history.v1.IHistory;
    const done = events?.findIndex(({ activityTaskCompletedEventAttributes: completed }) => completed) ?? NaN;
    const taskQueue = { kind: 'TASK_QUEUE_KIND_NORMAL' };
    expect(events?.[done + 1]).toMatchObject({ workflowTaskScheduledEventAttributes: { taskQueue } });
  }, 30_000);

  it('W2 that had begun when its worker stood still calls nobody before it is begun anew', async () => {
    let executions = 0;
    between = (call, perform) => {
      const reply = perform(call);
      if (executions++ === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_100);
      return reply;
    };
    const run = await bench.accept(one);
    expect(await run.ended()).toMatchObject({ status: 'succeeded' });
    expect(executions).toBeGreaterThan(1);
    expect(model.counts().total).toBe(1);
    expect(await attemptsOf(run)).toEqual([['llm#1', 1, 'first', 'succeeded']]);
  }, 30_000);

  it('that was lost three times with its worker is not begun a fourth time', async () => {
    let calls = 0;
    between = async (call, perform) => {
      if (calls++ > 0) return perform(call);
      for (const execution of [1, 2, 3])
        await bench.test.database.rows(
          `with died as (
             insert into worker_lease (worker_id, beat_at) values ('dead-' || $4::int, now() - interval '4 seconds')
             returning worker_id
           )
           insert into attempt (run_id, step_key, attempt, execution, cause, worker_id)
           select $1, $2, $3, $4::int, 'first', worker_id from died`,
          [call.run.runId, call.stepKey, call.attempt, execution],
        );
      throw new Error('the worker dies here');
    };
    const run = await bench.accept(one);
    expect(await run.ended()).toMatchObject({ status: 'failed', failure: { code: 'step.keptDying', stepKey: 'llm' } });
    expect(model.counts().total).toBe(0);
  }, 30_000);

  it('is finished by another worker when its own goes down in order, which counts as no loss', async () => {
    // once more often than a step may be lost
    const stops = [1, 2, 3, 4];
    const reply = { text: ['Half', ' way'], holdAfter: 1 };
    model.setRules(stops.map((nthOfKey) => ({ when: { nthOfKey }, reply })));
    const run = await bench.accept(one);
    for (const stop of stops) {
      await model.waitForHeld(1);
      const closing = worker.close();
      await model.waitForAborted(stop);
      await closing;
      worker = await bench.startWorker({ workerId: `w${stop + 1}` });
    }
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'fine' } });
    expect(await attemptsOf(run)).toEqual([
      ['llm#1', 1, 'first', 'workerStopped'],
      ['llm#1', 2, 'workerStopped', 'workerStopped'],
      ['llm#1', 3, 'workerStopped', 'workerStopped'],
      ['llm#1', 4, 'workerStopped', 'workerStopped'],
      ['llm#1', 5, 'workerStopped', 'succeeded'],
    ]);
  }, 60_000);

  it('whose result cannot be written because the database is away is not done again', async () => {
    model.setRules([{ reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    const run = await bench.accept(one);
    await model.waitForHeld(1);
    await until(async () => (await attemptsOf(run)).length === 1, 'the attempt to be opened');
    await bench.test.postgres.kill();
    model.release();
    await until(async () => model.calls().every(({ state }) => state === 'answered'), 'the answer');
    await bench.test.postgres.restart();
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'Half way' } });
    expect(model.counts().total).toBe(1);
    expect(await attemptsOf(run)).toEqual([['llm#1', 1, 'first', 'succeeded']]);
  }, 60_000);
});

describe('W4 a call whose worker was lost after the model had answered', () => {
  it('is made again, and both are paid: the step, its run and its team show it', async () => {
    model.setRules([
      {
        when: { nthOfKey: 1 },
        reply: { text: ['Half of', ' it'], holdAfter: 1, usage: { promptTokens: 3, completionTokens: 8 } },
      },
      { reply: { text: 'fine', usage: { promptTokens: 3, completionTokens: 5 } } },
    ]);
    const said = async (call: PerformCall) =>
      (await bench.history.listText(call.run.teamId, call.run.runId, new Map())).length > 0;
    let first: ReturnType<RunActivities['performStep']> | undefined;
    between = async (call, perform) => {
      if (first) return perform(call);
      first = perform(call);
      await until(() => said(call), 'the first text');
      throw new Error('the worker is not heard of any more');
    };
    const run = await bench.accept(one);
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'fine' } });
    const costs = async () => {
      const [llm] = (await bench.history.listSteps(run.teamId, run.runId)).filter(({ stepKey }) => stepKey === 'llm');
      const record = await bench.runs.find(run.teamId, run.runId);
      const { usedToday } = await new TokenBudgets(bench.test.database, undefined).find(run.teamId);
      return { step: llm?.usage, run: record?.usage, usedToday };
    };
    // of the lost one only its text is known: seven letters
    const estimated = { promptTokens: 6, completionTokens: 7, totalTokens: 13, isEstimated: true };
    expect(await costs()).toEqual({ step: estimated, run: estimated, usedToday: 13 });
    // it comes back, which is too late for its answer but not for its cost
    model.release();
    await first;
    const both = { promptTokens: 6, completionTokens: 13, totalTokens: 19 };
    expect(await costs()).toEqual({ step: both, run: both, usedToday: 19 });
    expect(await attemptsOf(run)).toEqual([
      ['llm#1', 1, 'first', 'cancelled'],
      ['llm#1', 2, 'lostWorker', 'succeeded'],
    ]);
  }, 30_000);
});

describe('the reconciler', () => {
  const reconcile = async () => {
    const { database } = bench.test;
    await new Reconciler({ database, client, logger: createFakeLogger(), onServer: () => undefined }).look(0);
  };

  async function runToSecond(): Promise<AcceptedRun> {
    model.setRules([{ when: { user: 'Second', nth: 1 }, reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    const run = await bench.accept(two);
    await model.waitForHeld(1);
    const isShown = async () =>
      (await bench.history.listSteps(run.teamId, run.runId)).some(({ stepKey }) => stepKey === 'second');
    await until(isShown, 'the second step to be shown');
    return run;
  }

  it('leaves runs alone that are fine', async () => {
    const run = await runToSecond();
    await reconcile();
    expect(await bench.runs.find(run.teamId, run.runId)).toMatchObject({ status: 'running', finishedAt: null });
    model.release();
    expect(await run.ended()).toMatchObject({ status: 'succeeded' });
  }, 30_000);

  it('shows a run as stopped that was terminated, and no step of it as running', async () => {
    const run = await runToSecond();
    await client.workflow.getHandle(workflowId(run.runId)).terminate('by an operator');
    await reconcile();
    expect(await run.ended()).toMatchObject({
      status: 'stopped',
      reason: 'The run was terminated at the workflow server.',
      steps: 3,
    });
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.map(({ stepKey, status }) => [stepKey, status])).toEqual([
      ['start', 'succeeded'],
      ['first', 'succeeded'],
      ['second', 'stopped'],
    ]);
    const events = await bench.eventsOf(run);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', outcome: { status: 'stopped' } });
    await model.waitForAborted(1);
  }, 30_000);

  /** Makes the workflow server forget it. */
  async function lose(run: AcceptedRun): Promise<void> {
    await client.workflowService.deleteWorkflowExecution({
      namespace: 'tenon',
      workflowExecution: { workflowId: workflowId(run.runId) },
    });
    const isGone = () =>
      client.workflow
        .getHandle(workflowId(run.runId))
        .describe()
        .then(
          () => false,
          () => true,
        );
    await until(isGone, 'the workflow to be gone');
  }

  it('T3 starts a run again that the workflow server has lost; finished steps are not repeated', async () => {
    const run = await runToSecond();
    const told = await bench.eventsOf(run);
    await lose(run);
    await reconcile();
    expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'fine' } });
    expect(model.calls().filter(({ body }) => JSON.stringify(body).includes('First'))).toHaveLength(1);
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
    const events = await bench.eventsOf(run);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.slice(0, told.length)).toEqual(told);
    const facts = events.map(({ type, ...rest }) => [type, 'stepKey' in rest && rest.stepKey].join());
    expect(new Set(facts).size).toBe(facts.length);
    expect(facts.at(-1)).toMatch(/^run\.finished/);
  }, 30_000);

  it('T3 ends a run at once that is stopped after the workflow server has lost it', async () => {
    const run = await runToSecond();
    const relayed = () => bench.test.database.rows('select relayed_at::text from run where id = $1', [run.runId]);
    const before = await relayed();
    await lose(run);
    await bench.runs.requestStop(run.teamId, run.runId, 'enough');
    expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
    // the reconciler did not have to start it again
    expect(await relayed()).toEqual(before);
    const steps = await bench.history.listSteps(run.teamId, run.runId);
    expect(steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'stopped']);
    await model.waitForAborted(1);
  }, 30_000);
});
