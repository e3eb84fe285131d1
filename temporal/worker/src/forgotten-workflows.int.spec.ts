import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import { newId } from '@tenon/database';
import { seedAgedRun, seedApp, seedConversation, startTestDatabase, tablesOf } from '@tenon/database/testing';
import type { TestDatabase } from '@tenon/database/testing';
import { buildDefinition } from '@tenon/dsl/testing';
import { buildPlan } from '@tenon/engine/testing';
import type { ObjectStore } from '@tenon/ports';
import { createFakeLogger, type FakeLogger } from '@tenon/ports/testing';
import type { Client } from '@temporalio/client';
import { forgetWorkflow } from './forgotten-workflows.js';
import { Keeper, type KeeperParts } from './keeper.js';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, startNode } from './testing/nodes.js';
import type { AcceptedRun } from './testing/run-bench.js';
import { until } from './testing/until.js';

describe('what the keeper has the workflow server forget', () => {
  const PLAN = buildPlan('a -> b');
  /** For so long a look may tell the server, in milliseconds. */
  const LOOK_MS = 20_000;
  const objects = { removeUnfinished: async () => 0, list: async () => [] as string[] } as unknown as ObjectStore;
  let test: TestDatabase;
  let logger: FakeLogger;
  /** Milliseconds of the keepers' own clock. */
  let clock: number;
  let forgotten: RunId[];

  beforeAll(async () => void (test = await startTestDatabase()), 60_000);
  afterAll(() => test.close());
  beforeEach(async () => {
    [logger, clock, forgotten] = [createFakeLogger(), 0, []];
    await test.database.rows('delete from removed_run');
  });

  function createKeeper(forget: KeeperParts['forget'] = async (runId) => void forgotten.push(runId)): Keeper {
    const keeping = { runsDays: 90, testRunsDays: 14 };
    return new Keeper({ database: test.database, objects, logger, keeping, forget, now: () => clock });
  }

  /** Removed some time ago, in the order in which the server is told. */
  async function seedRemoved(count: number): Promise<RunId[]> {
    const ids = Array.from({ length: count }, () => newId<RunId>()).sort();
    await test.database.rows('insert into removed_run (run_id) select unnest($1::uuid[])', [ids]);
    return ids;
  }

  const remembered = async () =>
    (await test.database.rows<{ id: RunId }>('select run_id as id from removed_run order by run_id')).map(
      ({ id }) => id,
    );

  it('it forgets later where it is away, also what goes with its app', async () => {
    const owner = await seedApp(test.database, PLAN);
    const due = await seedAgedRun(test.database, owner, { daysAgo: 91 });
    const conversationId = await seedConversation(test.database, owner, 2);
    const young = await seedAgedRun(test.database, owner, { daysAgo: 2, conversationId });
    await test.database.rows('delete from app where id = $1', [owner.appId]);
    const alsoDue = await seedAgedRun(test.database, await seedApp(test.database, PLAN), { daysAgo: 91 });
    await createKeeper(() => Promise.reject(new Error('away'))).keep();
    expect(await tablesOf(test.database, alsoDue)).toEqual([]);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { error: 'Error: away', failures: 3 } }),
    );
    await createKeeper().keep();
    expect(forgotten).toHaveLength(3);
    expect(new Set(forgotten)).toEqual(new Set([due, young, alsoDue]));
    await createKeeper().keep();
    expect(forgotten).toHaveLength(3);
  });

  it('takes no longer than a look may, however long each takes, and the next look goes on from there', async () => {
    const ids = await seedRemoved(60);
    const keeper = createKeeper(async (runId) => {
      clock += 1_000;
      forgotten.push(runId);
    });
    await keeper.keep();
    expect([forgotten, clock, await remembered()]).toEqual([ids.slice(0, 20), LOOK_MS, ids.slice(20)]);
    for (let look = 0; look < 2; look++) await keeper.keep();
    expect([forgotten, await remembered()]).toEqual([ids, []]);
  });

  it('is the rest, when the first ones always fail', async () => {
    const ids = await seedRemoved(120);
    const bad = ids.slice(0, 9);
    const asked: RunId[] = [];
    const keeper = createKeeper(async (runId) => {
      asked.push(runId);
      if (!bad.includes(runId)) return void forgotten.push(runId);
      clock += 5_000;
      throw new Error('no answer');
    });
    await keeper.keep();
    expect(asked).toEqual(ids.slice(0, 4));
    for (let look = 0; look < 2; look++) await keeper.keep();
    expect([forgotten, await remembered()]).toEqual([ids.slice(9), bad]);
    await keeper.keep();
    expect(asked.slice(120)).toEqual(bad.slice(0, 4));
  });

  it('is asked of it no further when it takes nothing', async () => {
    await seedRemoved(120);
    let asked = 0;
    await createKeeper(() => (asked++, Promise.reject(new Error('away')))).keep();
    expect([asked, (await remembered()).length]).toEqual([50, 120]);
  });

  it('is left for the next when the keeper is closed, which waits for no answer', async () => {
    const ids = await seedRemoved(3);
    let ask: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    const keeper = createKeeper(async (runId, signal) => {
      if (runId === ids[0]) return;
      ask();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    keeper.start(0);
    await asked;
    await keeper.close();
    expect([await remembered(), logger.lines]).toEqual([ids.slice(1), []]);
  });
});

describe('the workflow server', () => {
  const GRPC_CANCELLED = 1;
  const never = new AbortController().signal;
  let bench: ModelBench;
  let client: ModelBench['client'];
  beforeAll(async () => {
    bench = await startModelBench();
    ({ client } = bench);
  }, 120_000);
  afterAll(() => bench.close());

  it('forgets the runs that are no longer kept, and no others', async () => {
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
    await forgetWorkflow(client, gone.runId, never);
    // the server first makes sure that nothing of an ended run is left to do, which it does once in half a minute
    await until(async () => !(await isKnown(gone)), 'one to be gone', 90_000);
    expect(await isKnown(kept)).toBe(true);
  }, 120_000);

  it('has forgotten what it still lists and does not know', async () => {
    const list = async function* () {
      yield { runId: newId<RunId>() };
    };
    const listing = Object.create(client, { workflow: { value: { list } } }) as Client;
    await forgetWorkflow(listing, newId<RunId>(), never);
  });

  it('is not waited for while it stands still, least of all by who is told to end', async () => {
    const runId = newId<RunId>();
    const ending = new AbortController();
    await bench.temporal.kill('SIGSTOP');
    try {
      await expect(forgetWorkflow(client, runId, ending.signal)).rejects.toThrow();
      const forgetting = forgetWorkflow(client, runId, ending.signal);
      ending.abort();
      await expect(forgetting).rejects.toMatchObject({ cause: { code: GRPC_CANCELLED } });
    } finally {
      await bench.temporal.kill('SIGCONT');
    }
  }, 30_000);
});
