import { createFakeLogger } from '@tenon/ports/testing';
import { TASK_QUEUE as taskQueue, type RunActivities } from '@tenon/contract';
import { startTestTemporal, type TestTemporal } from '@tenon/platform/testing';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, type Worker } from '@temporalio/worker';
import { WorkerThreadClient } from '@temporalio/worker/lib/workflow/threaded-vm.js';
import path from 'node:path';
import type { Worker as Thread } from 'node:worker_threads';
import { bundleWorkflows } from '../../../tools/build/workflow-bundle.mjs';
import { installSdkRuntime } from './sdk-runtime.js';
import { connectTemporal, createWorker } from './temporal.js';
import { until } from './testing/until.js';

/* The thread of workflow code: what the SDK's own promises, kept by ours. */

let temporal: TestTemporal;
let worker: Worker;
let client: Client;
let polling: Promise<void>;
/** Resolves when what workflows record is written. */
let written: Promise<void> = Promise.resolve();
/** Workflows that are to blame for an end of the thread, or undefined where none is. */
const lost: (string | undefined)[] = [];
let connection: Awaited<ReturnType<typeof connectTemporal>>;

beforeAll(async () => {
  installSdkRuntime(createFakeLogger());
  const workflowsPath = path.resolve(import.meta.dirname, 'testing/sandbox.workflows.ts');
  const [server, workflowBundle] = await Promise.all([
    startTestTemporal(),
    bundleWorkflows(workflowsPath, new DefaultLogger('ERROR')),
  ]);
  temporal = server;
  connection = await connectTemporal(temporal.address, createFakeLogger());
  const names = ['performStep', 'loadPlanPart', 'storeCarried', 'loadCarriedPart'] as const;
  const none = Object.fromEntries(names.map((name) => [name, never]));
  const activities = { ...none, pause: () => Promise.resolve() } as unknown as RunActivities;
  ({ worker, client } = await createWorker(connection, {
    ...{ namespace: 'tenon', workerId: 'w1', workflowBundle },
    activities,
    eventSink: () => written,
    activityInterceptors: [],
    memory: { workflowHeapMb: 64, cachedRuns: 100, steps: 10 },
    onLost: (workflowId) => void lost.push(workflowId),
    logger: createFakeLogger(),
  }));
  polling = worker.run();
}, 120_000);
afterAll(async () => {
  worker.shutdown();
  await polling;
  await connection.close();
  await temporal.stop();
});

it('takes an activation that hangs for failed, and goes on with the others', async () => {
  const hanging = await client.workflow.start('hanging', { taskQueue, workflowId: 'hanging' });
  expect(await failureOf(hanging)).toMatchObject({ message: expect.stringContaining('timed out') });
  await expect(client.workflow.execute('quick', { taskQueue, workflowId: 'quick' })).resolves.toBe('done');
  await hanging.terminate();
}, 40_000);

it('W9 a workflow that uses up the memory of a thread it has alone is blamed, and the others go on in a new thread', async () => {
  const waiting = await client.workflow.start('waiting', { taskQueue, workflowId: 'waiting' });
  const greedy = await client.workflow.start('greedy', { taskQueue, workflowId: 'greedy' });
  await until(async () => lost.includes('greedy'), 'an end of the thread for which one is to blame', 60_000);
  expect(lost.slice(0, 2)).toEqual([undefined, 'greedy']);
  await greedy.terminate();
  await waiting.signal('go');
  await expect(waiting.result()).resolves.toBe('gone');
  await expect(client.workflow.execute('quick', { taskQueue, workflowId: 'after' })).resolves.toBe('done');
  expect(new Set(lost)).toEqual(new Set([undefined, 'greedy']));
}, 90_000);

it('W9 a workflow is blamed also where it takes the memory after an activity within its task', async () => {
  const before = lost.length;
  const late = await client.workflow.start('greedyLater', { taskQueue, workflowId: 'late' });
  await until(
    async () => lost.slice(before).includes('late'),
    'an end of the thread for which one is to blame',
    60_000,
  );
  await late.terminate();
  await expect(client.workflow.execute('quick', { taskQueue, workflowId: 'after-late' })).resolves.toBe('done');
}, 90_000);

it('W9 of workflows that end the thread together none is blamed, and all go on', async () => {
  const before = lost.length;
  const handles = [];
  for (let n = 0; n < 12; n += 1) {
    const handle = await client.workflow.start('growing', { taskQueue, workflowId: `growing-${n}` });
    await until(() => hasBegun(handle), 'a workflow that waits', 20_000);
    handles.push(handle);
  }
  await Promise.all(handles.map((handle) => handle.signal('grow')));
  await until(async () => lost.length > before, 'an end of the thread', 20_000);
  for (const handle of handles) await handle.signal('go');
  const results = await Promise.all(handles.map((handle) => handle.result()));
  expect(new Set(results)).toEqual(new Set(['gone with 1000000']));
  expect(new Set(lost.slice(before))).toEqual(new Set([undefined]));
}, 90_000);

it('W9 no workflow is blamed when the thread ends while none is at work', async () => {
  const sending = jest.spyOn(WorkerThreadClient.prototype, 'send');
  const idle = await client.workflow.start('waiting', { taskQueue, workflowId: 'idle' });
  await until(() => hasBegun(idle), 'a workflow that waits', 20_000);
  const { workerThread } = sending.mock.contexts.at(-1) as unknown as { workerThread: Thread };
  sending.mockRestore();
  const before = lost.length;
  await workerThread.terminate();
  await until(async () => lost.length > before, 'a thread that is missed', 20_000);
  await idle.signal('go');
  await expect(idle.result()).resolves.toBe('gone');
  expect(lost.slice(before)).toEqual([undefined]);
}, 60_000);

it('W9 many workflows that fit one by one, and not together, end nothing and go on', async () => {
  const before = lost.length;
  const start = (n: number) => client.workflow.start('holding', { taskQueue, workflowId: `holding-${n}` });
  const handles = [];
  for (let n = 0; n < 40; n += 1) {
    const handle = await start(n);
    await until(() => hasBegun(handle), 'a workflow that waits', 20_000);
    handles.push(handle);
  }
  for (const handle of handles) await handle.signal('go');
  const results = await Promise.all(handles.map((handle) => handle.result()));
  expect(new Set(results)).toEqual(new Set(['gone with 400000']));
  expect(lost.slice(before)).toEqual([]);
}, 90_000);

it('says where an error of workflow code happened', async () => {
  const failing = await client.workflow.start('failing', { taskQueue, workflowId: 'failing' });
  expect((await failureOf(failing))?.stackTrace).toMatch(/failing .*sandbox\.workflows\.ts/);
  await failing.terminate();
}, 40_000);

it('completes a task when what it recorded is written, and not before', async () => {
  let finish: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    written = { then: (done) => (resolve(), new Promise<void>((free) => (finish = free)).then(done)) } as Promise<void>;
  });
  const handle = await client.workflow.start('recording', { taskQueue, workflowId: 'recording' });
  await asked;
  // a completion that did not wait would have come before another workflow began and ended
  await client.workflow.execute('quick', { taskQueue, workflowId: 'meanwhile' });
  const types = async () => (await handle.fetchHistory()).events?.map(({ eventType }) => eventType);
  expect(await types()).toHaveLength(3);
  finish();
  await expect(handle.result()).resolves.toBe('done');
}, 40_000);

async function hasBegun(handle: WorkflowHandle): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  return events?.some((event) => event.workflowTaskCompletedEventAttributes) ?? false;
}

/** Why the first task of a workflow failed. */
async function failureOf(handle: WorkflowHandle) {
  const read = async () => {
    const { events } = await handle.fetchHistory();
    return events?.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes?.failure;
  };
  await until(async () => (await read()) !== undefined, 'a failed task', 20_000);
  return read();
}

function never(): Promise<never> {
  return Promise.reject(new Error('these workflows do not call it'));
}
