import { PostgresSecretStore } from '@tenon/database';
import { fixedKeys, seedApp } from '@tenon/database/testing';
import { buildDefinition, buildVariable } from '@tenon/dsl/testing';
import { secretOf } from '@tenon/engine';
import { startModelBench, type ModelBench } from './testing/model-bench.js';
import { endNode, llmNode, startNode } from './testing/nodes.js';
import type { AcceptedRun } from './testing/run-bench.js';
import { SECRET_KEY } from './testing/test-worker.js';

/* Trouble of the database is no failure of a step: the step is repeated until it goes through. */

let bench: ModelBench;
let model: ModelBench['model'];

beforeAll(async () => {
  bench = await startModelBench();
  ({ model } = bench);
  // raises the given state so many times, whatever transactions make of it
  await bench.test.database.rows(`
    create sequence trouble_count;
    create function make_trouble(state text, times int) returns boolean language plpgsql as $$ begin
      if nextval('trouble_count') <= times then raise exception 'provoked' using errcode = state; end if;
      return true;
    end $$;
    create function trouble() returns trigger language plpgsql as $$ begin
      perform make_trouble(tg_argv[0], tg_argv[1]::int);
      return null;
    end $$`);
}, 120_000);
afterAll(() => bench.close());
beforeEach(async () => {
  model.resetCalls();
  await bench.test.database.rows('alter sequence trouble_count restart');
});

/** A call of the model whose prompt holds a secret, so that the step reads the database. */
async function accept(): Promise<AcceptedRun> {
  const owner = await seedApp(bench.test.database, { mode: 'workflow' } as never);
  const id = await new PostgresSecretStore(bench.test.database, fixedKeys(SECRET_KEY)).seal(
    owner.teamId,
    'secret-4711',
  );
  const nodes = [startNode(), llmNode('llm', 'Use {{#env.key#}}'), endNode({ out: ['llm', 'text'] })];
  const environment = [buildVariable('key', secretOf(id), 'secret')];
  return bench.accept(buildDefinition({ nodes, edges: ['start -> llm', 'llm -> end'], environment }), { owner });
}

async function expectOneGoodTry(run: AcceptedRun): Promise<void> {
  expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'fine' }, exceptions: 0 });
  const attempts = await bench.history.listAttempts(run.teamId, run.runId);
  expect(attempts.map(({ attempt, execution, cause, outcome }) => [attempt, execution, cause, outcome])).toEqual([
    [1, 1, 'first', 'succeeded'],
  ]);
  const steps = await bench.history.listSteps(run.teamId, run.runId);
  expect(steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
}

/** Makes a statement on a table fail twice while `work` goes on. */
async function withTrouble(statement: string, state: string, work: () => Promise<void>): Promise<void> {
  await bench.test.database.rows(
    `create trigger trouble before ${statement} execute function trouble('${state}', '2')`,
  );
  try {
    await work();
  } finally {
    await bench.test.database.rows(`drop trigger trouble on ${statement.split(' ').at(-1)}`);
  }
}

it.each([
  ['a full disk', '53100'],
  ['a deadlock', '40P01'],
  ['a failed serialization', '40001'],
  ['too many connections', '53300'],
  ['a server that shuts down', '57P01'],
])(
  '%s while the result is written is waited out, and the call is not made again',
  (_name, state) =>
    withTrouble('update of outcome on attempt', state, async () => {
      await expectOneGoodTry(await accept());
      expect(model.counts().total).toBe(1);
    }),
  30_000,
);

it(
  'trouble while a step begins makes it begin again',
  () => withTrouble('insert on attempt', '53100', async () => expectOneGoodTry(await accept())),
  30_000,
);

it.each([
  ['an outage', '57P01'],
  ['anything else', '22000'],
])(
  'events that no step carries are written when %s is over',
  async (_name, state) => {
    const pure = buildDefinition({ nodes: [startNode(), endNode({ out: ['start', 'q'] })], edges: ['start -> end'] });
    await withTrouble('insert on run_event', state, async () => {
      const run = await bench.accept(pure, { inputs: { q: 'hi' } });
      expect(await run.ended()).toMatchObject({ status: 'succeeded', outputs: { out: 'hi' } });
      const events = await bench.eventsOf(run);
      expect(events.map(({ type }) => type)).toEqual([
        ...['run.started', 'step.started', 'step.succeeded', 'step.started', 'step.succeeded'],
        'run.finished',
      ]);
    });
  },
  30_000,
);

it('trouble while a step is performed makes it be performed again, more often than it may be lost', async () => {
  await bench.test.database.rows(`alter table secret rename to secret_table;
    create view secret as select * from secret_table where make_trouble('40001', 4)`);
  try {
    await expectOneGoodTry(await accept());
    expect(model.counts().total).toBe(1);
  } finally {
    await bench.test.database.rows('drop view secret; alter table secret_table rename to secret');
  }
}, 30_000);
