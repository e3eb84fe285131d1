import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import { newId } from '@tenon/database';
import { buildDefinition } from '@tenon/dsl/testing';
import { forgetWorkflows } from './forgotten-workflows.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, startNode } from './testing/nodes.js';
import type { AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

const GRPC_CANCELLED = 1;

let bench: ModelBench;
let client: ModelBench['client'];
beforeAll(async () => {
  bench = await startModelBench();
  ({ client } = bench);
}, 120_000);
afterAll(() => bench.close());

it('the workflow server forgets the runs that are no longer kept, and no others', async () => {
  const definition = buildDefinition({ nodes: [startNode(), endNode({})], edges: ['start -> end'] });
  const [gone, kept] = [await bench.accept(definition), await bench.accept(definition)];
  await Promise.all([gone.ended(), kept.ended()]);
  const isKnown = ({ runId }: AcceptedRun) =>
    client.workflow
      .getHandle(workflowId(runId))
      .describe()
      .then(
        () => true,
        () => false,
      );
  const areListed = async () => (await client.workflow.count()).count === 2;
  await until(areListed, 'both to be listed');
  await forgetWorkflows(client, [gone.runId], new AbortController().signal);
  // the server first makes sure that nothing of an ended run is left to do, which it does once in half a minute
  await until(async () => !(await isKnown(gone)), 'one to be gone', 90_000);
  expect(await isKnown(kept)).toBe(true);
}, 120_000);

it('a workflow server that stands still is not waited for, least of all by who is told to end', async () => {
  const runId = newId<RunId>();
  const ending = new AbortController();
  await bench.temporal.kill('SIGSTOP');
  try {
    await expect(forgetWorkflows(client, [runId], ending.signal)).rejects.toThrow();
    const forgetting = forgetWorkflows(client, [runId], ending.signal);
    ending.abort();
    await expect(forgetting).rejects.toMatchObject({ cause: { code: GRPC_CANCELLED } });
  } finally {
    await bench.temporal.kill('SIGCONT');
  }
}, 30_000);
