import type { Json, RunId } from '@tenon/base';
import { STOP_SIGNAL, workflowId, type RunActivities } from '@tenon/contract';
import { listAttention } from '@tenon/database';
import { buildDefinition, type buildNode } from '@tenon/dsl/testing';
import { createFakeLogger } from '@tenon/ports/testing';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { Reconciler } from './reconciler.js';
import { historiesOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, retries, startNode, templateNode } from './testing/nodes.js';
import { bundleOtherWorkflows, compiled, type AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

/* Runs that are too long for one history go on in a new one. */

let bench: ModelBench;
let worker: ModelBench['worker'];
let model: ModelBench['model'];
let client: ModelBench['client'];
let shortHistories: ModelBench['bundle'];

/** Happens while a history is storing what it leaves. */
let whileStoring: ((runId: RunId) => Promise<void>) | undefined;

const wrap = (activities: RunActivities): RunActivities => ({
  ...activities,
  storeCarried: async (run, history, text) => {
    await whileStoring?.(run.runId);
    await activities.storeCarried(run, history, text);
  },
});

beforeAll(async () => {
  [bench, shortHistories] = await Promise.all([
    startModelBench({ wrap }),
    bundleOtherWorkflows('short-histories.workflow.ts'),
  ]);
  ({ worker, model, client } = bench);
}, 120_000);
afterAll(() => bench.close());
beforeEach(() => {
  whileStoring = undefined;
  model.setRules([]);
  model.release();
  model.resetCalls();
});

type Node = ReturnType<typeof buildNode>;

const TEXT = 'x'.repeat(60_000);

const chainOf = (names: readonly string[]) => names.slice(1).map((name, index) => `${names[index]} -> ${name}`);

/** A chain of nodes, with others that lead from the start to the end beside it. */
function definitionOf(chain: readonly Node[], beside: readonly Node[] = []) {
  const nodes = [startNode(), ...chain, ...beside, endNode({ out: [chain.at(-1)?.id ?? '', 'text'] })];
  const edges = chainOf(['start', ...chain.map(({ id }) => id), 'end']);
  return buildDefinition({
    nodes,
    edges: [...edges, ...beside.flatMap(({ id }) => [`start -> ${id}`, `${id} -> end`])],
  });
}
const callNodes = (count: number) =>
  Array.from({ length: count }, (_, index) => llmNode(`call${index}`, `Call ${index}.`));

/** Steps that read what each of so many calls has answered. */
const lengthNodes = (count: number) =>
  callNodes(count).map(({ id }) => templateNode(`${id}-length`, '{{ t | length }}', { t: [id, 'text'] }));

async function reconcile(silentSeconds: number): Promise<void> {
  const { database } = bench.test;
  const parts = { database, client, logger: createFakeLogger(), onServer: () => undefined };
  await new Reconciler(parts).look(silentSeconds);
}

const asked = () =>
  model.calls().map(({ body }) => (body['messages'] as { content: string }[]).map(({ content }) => content).join());

/** The events are whole, and told once. */
async function checkEvents(run: AcceptedRun): Promise<void> {
  const events = await bench.eventsOf(run);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'run.started')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'run.finished')).toHaveLength(1);
}

const lengthOf = (history: Json) => (history as unknown as { events: unknown[] }).events.length;
/** In milliseconds. */
function longestTimerOf(history: Json): number {
  const { events } = temporal.api.history.v1.History.fromObject(history as object);
  const timers = events.flatMap(
    ({ timerStartedEventAttributes: timer }) => optionalTsToMs(timer?.startToFireTimeout) ?? [],
  );
  return Math.max(0, ...timers);
}
const textOf = (history: Json) =>
  JSON.stringify(history).replace(/"data":"([^"]*)"/g, (_all, data: string) => Buffer.from(data, 'base64').toString());

it('B79 a run whose steps answer more than a history may hold ends, and each step is called once', async () => {
  model.setRules([{ reply: { text: [TEXT] } }]);
  const run = await bench.accept(definitionOf(callNodes(60)));
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: TEXT }, steps: 62 });
  expect(asked()).toEqual(Array.from({ length: 60 }, (_, index) => `Call ${index}.`));
  const histories = await historiesOf(client, run.runId);
  expect(histories).toHaveLength(2);
  // what nothing reads any more is left behind
  expect(textOf(histories[1] as Json).length).toBeLessThan(textOf(histories[0] as Json).length / 3);
  await checkEvents(run);
}, 60_000);

describe('with short histories', () => {
  beforeAll(async () => {
    await worker.close();
    worker = await bench.startWorker({ workflowBundle: shortHistories });
  });

  it('a step that waits for its next try is tried in time', async () => {
    model.setRules([{ when: { user: 'Beside', nthOfKey: 1 }, fault: { kind: 'status', status: 500 } }]);
    const run = await bench.accept(definitionOf(callNodes(12), [llmNode('beside', 'Beside', retries(1, 4_000))]));
    expect(await run.ended()).toMatchObject({ status: 'partiallySucceeded' });
    expect(asked().filter((text) => text === 'Beside')).toHaveLength(2);
    expect(asked()).toHaveLength(14);
    const events = await bench.eventsOf(run);
    const at = (type: string) =>
      events.find((event) => event.type === type && 'stepKey' in event && event.stepKey === 'beside')?.at ?? NaN;
    expect(at('step.succeeded') - at('step.retrying')).toBeGreaterThanOrEqual(4_000);
    const histories = await historiesOf(client, run.runId);
    expect(histories.length).toBeGreaterThanOrEqual(3);
    // each history waits for what the one before has left of it
    const waits = histories.map(longestTimerOf).filter((ms) => ms > 1);
    expect(waits[0]).toBe(4_000);
    expect(waits.length).toBeGreaterThanOrEqual(2);
    expect(waits).toEqual([...new Set(waits)].sort((a, b) => b - a));
    for (const history of histories) expect(lengthOf(history)).toBeLessThan(60);
    await checkEvents(run);
  }, 30_000);

  it('B79 a run that is wider than its history does all of it', async () => {
    const run = await bench.accept(definitionOf([llmNode('one', 'One')], callNodes(30)));
    expect(await run.ended()).toMatchObject({ status: 'succeeded', steps: 33 });
    expect(new Set(asked()).size).toBe(31);
    expect(asked()).toHaveLength(31);
    for (const history of await historiesOf(client, run.runId)) expect(lengthOf(history)).toBeLessThan(60);
    await checkEvents(run);
  }, 30_000);

  it('a run of which something is open is stopped at once', async () => {
    model.setRules([{ when: { user: 'Beside' }, reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    const run = await bench.accept(definitionOf(callNodes(12), [llmNode('beside', 'Beside')]));
    const statusOf = async () => {
      const steps = await bench.history.listSteps(run.teamId, run.runId);
      return Object.fromEntries(steps.map(({ stepKey, status }) => [stepKey, status]));
    };
    // the sixth call is the last that this history begins
    await until(async () => (await statusOf())['call5'] === 'running', 'the history to be long');
    await bench.runs.requestStop(run.teamId, run.runId, 'enough');
    expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
    await model.waitForAborted(1);
    expect(asked().sort()).toEqual(['Beside', 'Call 0.', 'Call 1.', 'Call 2.', 'Call 3.', 'Call 4.']);
    expect(await statusOf()).toMatchObject({ beside: 'stopped', call4: 'succeeded', call5: 'stopped' });
    expect(await historiesOf(client, run.runId)).toHaveLength(1);
    await checkEvents(run);
  }, 30_000);

  it('a run that has much to carry goes on with it, also at another worker, and hears a stop', async () => {
    const held = { when: { user: 'Call 13.' }, reply: { text: ['Half', ' way'], holdAfter: 1 } };
    model.setRules([held, { reply: { text: [TEXT] } }]);
    const nodes = [...callNodes(14), ...lengthNodes(13), llmNode('last', 'Last')];
    const run = await bench.accept(definitionOf(nodes));
    await model.waitForHeld(1);
    await reconcile(0);
    expect(await bench.runs.find(run.teamId, run.runId)).toMatchObject({ status: 'running' });
    const carried = () =>
      bench.test.database.rows<{ history: number; characters: number }>(
        'select history, length(document) as characters from carried_run where run_id = $1',
        [run.runId],
      );
    expect(await carried()).toMatchObject([{ history: 3 }]);
    // more than one part
    expect((await carried())[0]?.characters).toBeGreaterThan(700_000);
    const closing = worker.close();
    await model.waitForAborted(1);
    await closing;
    worker = await bench.startWorker({ workflowBundle: shortHistories });
    await model.waitForHeld(1);
    expect(asked()).toHaveLength(15);
    model.setRules([{ when: { user: 'Last' }, reply: { text: ['Half', ' way'], holdAfter: 1 } }]);
    model.release();
    const lengths = async () => {
      const steps = await bench.history.listSteps(run.teamId, run.runId);
      return steps.filter(({ stepKey }) => stepKey.endsWith('-length')).map(({ outputs }) => outputs?.['output']);
    };
    await until(async () => (await lengths()).filter(Boolean).length === 13, 'what follows to be recorded');
    expect(new Set(await lengths())).toEqual(new Set(['60000']));
    await bench.runs.requestStop(run.teamId, run.runId, 'enough');
    expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
    await checkEvents(run);
    await reconcile(60);
    expect(await carried()).toEqual([]);
  }, 60_000);

  it('a stop that comes when a history is about to end is heard', async () => {
    whileStoring = (runId) => client.workflow.getHandle(workflowId(runId)).signal(STOP_SIGNAL, 'enough');
    model.setRules([{ reply: { text: [TEXT] } }]);
    const run = await bench.accept(definitionOf([...callNodes(6), ...lengthNodes(6), llmNode('last', 'Last')]));
    expect(await run.ended()).toMatchObject({ status: 'stopped', reason: 'enough' });
    expect(asked()).toHaveLength(6);
    const [history, ...more] = await historiesOf(client, run.runId);
    expect(more).toEqual([]);
    expect(JSON.stringify(history)).toContain('WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND');
    await checkEvents(run);
  }, 30_000);

  it('a run that cannot go on in its newest history says why, and its end there is its end', async () => {
    const nodes = [...callNodes(8), templateNode('new', '')];
    const plan = compiled(definitionOf(nodes));
    const steps = plan.steps.map((step) =>
      step.id === 'new' ? { ...step, instruction: { ...step.instruction, run: 'tomorrow@1' } } : step,
    );
    const run = await bench.acceptPlan({ ...plan, steps });
    const attention = async () => (await listAttention(bench.test.database, run.teamId, [run.runId])).get(run.runId);
    const isNoted = async () => {
      await reconcile(0);
      return (await attention()) !== undefined;
    };
    await until(isNoted, 'a reason', 30_000);
    expect((await attention())?.reason).toContain('no inline function tomorrow@1');
    expect(await historiesOf(client, run.runId)).toHaveLength(2);
    await client.workflow.getHandle(workflowId(run.runId)).terminate('by an operator');
    await reconcile(0);
    expect(await run.ended()).toMatchObject({ status: 'stopped', steps: 9 });
    await checkEvents(run);
  }, 60_000);
});
