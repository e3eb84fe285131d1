import { buildDefinition } from '@tenon/dsl/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { historyOf } from './testing/history-of.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, getNode, startNode } from './testing/nodes.js';
import { replay } from './testing/replay.js';

/* A task of the workflow that lasts so long that the server has to be told, and does more than fits one message. */

/** More short calls than one message takes, at 16 KiB each. */
const CALLS = 150;
/** The server wants to hear of a task after four seconds. */
const CALL_MS = 40;

let bench: ModelBench;
let client: ModelBench['client'];
let web: Server;

beforeAll(async () => {
  bench = await startModelBench();
  ({ client } = bench);
  web = createServer((_request, response) => void setTimeout(CALL_MS).then(() => response.end('hello'))).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => web.once('listening', resolve));
}, 120_000);
afterAll(async () => {
  await bench.close();
  web.close();
});

it('W8 a chain of short calls is the same run when it is computed again, however its tasks were lengthened', async () => {
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  const names = Array.from({ length: CALLS }, (_, index) => `get${index}`);
  const nodes = [startNode(), ...names.map((name) => getNode(name, url)), endNode({ out: [names.at(-1)!, 'body'] })];
  const edges = nodes.slice(1).map(({ id }, index) => `${nodes[index]!.id} -> ${id}`);
  const run = await bench.accept(buildDefinition({ nodes, edges }));
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'hello' } });
  const history = await historyOf(client, run.runId);
  const { events } = history as unknown as { events: { eventType: string }[] };
  const tasks = events.filter(({ eventType }) => eventType === 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED');
  expect(tasks.length).toBeGreaterThan(1);
  expect(await replay(bench.bundle, { history })).toEqual({ history: undefined });
}, 90_000);
