import type { RunId } from '@tenon/base';
import { workflowId } from '@tenon/contract';
import { RunRepository } from '@tenon/database';
import { seedAgedRun, seedApp, startTestDatabase, tablesOf, type TestDatabase } from '@tenon/database/testing';
import { buildPlan } from '@tenon/engine/testing';
import { createFakeLogger } from '@tenon/ports/testing';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { Reconciler } from './reconciler.js';

let test: TestDatabase;
let owner: Awaited<ReturnType<typeof seedApp>>;
let lost: RunId[];
beforeAll(async () => void (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());
beforeEach(async () => {
  owner = await seedApp(test.database, buildPlan('a -> b'));
  lost = [];
  // the one that is silent for longer comes first
  for (const daysAgo of [3, 2]) lost.push(await seedAgedRun(test.database, owner, { daysAgo, status: 'running' }));
});
afterEach(() => test.database.rows('delete from team'));

/** A client of a server that has lost all workflows, and says so except where `describe` fails or says otherwise. */
function clientOf(answers: {
  readonly describe: (runId: RunId) => object | void;
  readonly probe?: () => void;
}): Client {
  const find = (id: string) => async () => {
    const answer = answers.describe(lost.find((runId) => workflowId(runId) === id) as RunId);
    if (answer) return answer;
    throw new WorkflowNotFoundError('not found', id, undefined);
  };
  const client = {
    workflowService: { getSystemInfo: async () => answers.probe?.() },
    withDeadline: (_deadline: number, work: () => unknown) => work(),
    workflow: { getHandle: (id: string) => ({ describe: find(id) }) },
  };
  return client as unknown as Client;
}

async function look(client: Client, silentSeconds?: number): Promise<void> {
  const parts = { database: test.database, client, logger: createFakeLogger(), onServer: () => undefined };
  await new Reconciler(parts).look(silentSeconds);
}

const statuses = async () => {
  const runs = new RunRepository(test.database);
  return Promise.all(lost.map(async (runId) => (await runs.find(owner.teamId, runId))?.status));
};

describe('a run that cannot be looked at', () => {
  const ofFirst = (runId: RunId) => {
    if (runId === lost[0]) throw new Error('its history cannot be read');
  };

  it('T3 does not keep others from being recovered, nor old text from being removed', async () => {
    const ended = await seedAgedRun(test.database, owner, { daysAgo: 2 });
    await test.database.rows(`update text_chunk set created_at = now() - interval '2 days'`);
    await look(clientOf({ describe: ofFirst }));
    expect(await statuses()).toEqual(['running', 'queued']);
    const tables = await tablesOf(test.database, ended);
    expect(tables.filter((name) => name === 'text_chunk' || name === 'carried_run')).toEqual([]);
  });

  it('T3 does not hide the lost behind it, however many there are of its kind', async () => {
    const unreadable = new Set(lost.slice(0, 1));
    // more than are asked for at a time, all silent for as long, and for longer than the one that is lost
    while (unreadable.size < 120)
      unreadable.add(await seedAgedRun(test.database, owner, { daysAgo: 3, status: 'running' }));
    await test.database.rows(
      `update run set touched_at = (select touched_at from run where id = $1) where id = any($2::uuid[])`,
      [lost[0], [...unreadable]],
    );
    const asked: RunId[] = [];
    lost.push(...[...unreadable].slice(1));
    await look(
      clientOf({
        describe: (runId) => {
          asked.push(runId);
          if (unreadable.has(runId)) throw new Error('its history cannot be read');
        },
      }),
    );
    expect([asked.length, new Set(asked).size]).toEqual([121, 121]);
    expect((await statuses()).slice(0, 2)).toEqual(['running', 'queued']);
  });

  it('ends the look when the server answers nothing any more', async () => {
    const asked: RunId[] = [];
    const away = () => {
      if (asked.length > 0) throw new Error('no answer');
    };
    await look(clientOf({ describe: (runId) => ofFirst((asked.push(runId), runId)), probe: away }));
    expect([asked, await statuses()]).toEqual([[lost[0]], ['running', 'running']]);
  });
});

it('a look ends, though runs that it has seen are silent again before it has seen all', async () => {
  while (lost.length < 60) lost.push(await seedAgedRun(test.database, owner, { daysAgo: 2, status: 'running' }));
  const asked: RunId[] = [];
  const describe = (runId: RunId) => {
    asked.push(runId);
    if (asked.length > 2 * lost.length) throw new Error('it goes round');
    return { status: { name: 'RUNNING' }, raw: {} };
  };
  await look(clientOf({ describe }), 0);
  expect(asked).toHaveLength(60);
});
