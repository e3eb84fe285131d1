/**
 * The baseline as a process: a worker of hand-written workflows, and an HTTP front that starts one over the worker's own
 * connection and answers its result. The settings of worker and starts are those of the product.
 */
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { createBaselineActivities } from './activities.js';
import type { BaselineInput } from './workflows.js';

const TASK_QUEUE = 'baseline';
const {
  BENCH_TEMPORAL_ADDRESS: address = '',
  BENCH_NAMESPACE: namespace = '',
  BENCH_MODEL_URL: model = '',
} = process.env;

Runtime.install({ logger: new DefaultLogger('ERROR') });
const listeners = new Map<string, (text: string) => void>();
const workflowsPath = path.join(import.meta.dirname, 'workflows.ts');
const [connection, workflowBundle] = await Promise.all([
  NativeConnection.connect({ address, grpcCompression: { codec: 'none' } }),
  bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
]);
const worker = await Worker.create({
  ...{ connection, namespace, taskQueue: TASK_QUEUE, workflowBundle },
  activities: createBaselineActivities(model, (workflowId, text) => listeners.get(workflowId)?.(text)),
  maxCachedWorkflows: 500,
  stickyQueueScheduleToStartTimeout: '1s',
  maxHeartbeatThrottleInterval: '1s',
  maxConcurrentWorkflowTaskExecutions: 100,
  maxConcurrentActivityTaskExecutions: 400,
});
const client = new Client({ connection, namespace });
const polling = worker.run();

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}` });
});

process.once('SIGTERM', () => void end());
process.once('disconnect', () => void end());

/** Starts a run, sends its text while it comes, and its end. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const input = JSON.parse(await readText(request)) as BaselineInput | { activity: 'none' };
  const workflowId = `baseline/${randomUUID()}`;
  response.writeHead(200, { 'workflow-id': workflowId });
  response.flushHeaders();
  listeners.set(workflowId, (text) => response.write(text));
  const handle = await client.workflow.start(input.activity === 'none' ? 'empty' : 'calls', {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: input.activity === 'none' ? [] : [input],
    workflowTaskTimeout: '5s',
    requestEagerStart: true,
  });
  await handle.result();
  listeners.delete(workflowId);
  response.end();
}

async function end(): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await polling;
  await connection.close();
  process.exit(0);
}
