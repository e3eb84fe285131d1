import { MemoryRoom } from '@tenon/base';
import type { PerformCall } from '@tenon/contract';
import { beatLease, databaseErrors, HistoryRepository, type Database } from '@tenon/database';
import { seedTwoSteps, startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import type { ChatModel } from '@tenon/ports';
import {
  createFakeChatModel,
  createFakeLogger,
  createFakeModelDirectory,
  createFakeObjectStore,
  createFakeRunFeed,
  createFakeSecretStore,
} from '@tenon/ports/testing';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createRunActivities, Quarantine, Wakefulness } from './index.js';

/* What is left of an execution while the database comes and goes. */

let test: TestDatabase;
beforeAll(async () => void (test = await startTestDatabase()), 60_000);
afterAll(() => test.close());

/** Fails the statements that `isRefused` names, as a database does that is away. */
function refusing(isRefused: (statement: string) => boolean): Database {
  const rows: Database['rows'] = (statement, parameters) =>
    isRefused(statement)
      ? Promise.reject(databaseErrors.unavailable('The database is away.'))
      : test.database.rows(statement, parameters);
  return { ...test.database, rows };
}

interface Moments {
  /** Before the model says anything. */
  readonly asked?: () => void;
  /** After its first word. */
  readonly begun?: (environment: MockActivityEnvironment) => void;
}

async function perform(database: Database, { asked, begun }: Moments) {
  const { key, teamId, runId } = await seedTwoSteps(test.database);
  const environment = new MockActivityEnvironment();
  const feed = createFakeRunFeed();
  const fake = createFakeChatModel({ answer: () => ({ text: ['Half', ' way'] }) });
  const model: ChatModel = {
    ...fake,
    async *stream(request) {
      asked?.();
      for await (const delta of fake.stream(request)) {
        yield delta;
        begun?.(environment);
      }
    },
  };
  const { performStep } = createRunActivities({
    ...{ database, feed, logger: createFakeLogger(), secrets: createFakeSecretStore(), workerId: 'w1' },
    ...{ bell: { ring: () => undefined } as never, memory: new MemoryRoom(1_000_000, 1_000_000) },
    ...{ quarantine: new Quarantine(), wakefulness: new Wakefulness(() => 1_000_000) },
    ports: {
      models: createFakeModelDirectory([model]),
      objects: createFakeObjectStore(),
    } as never,
  });
  await beatLease(test.database, 'w1');
  const call = {
    ...{ run: { runId, teamId, conversationId: null }, key: 'b#1', stepKey: key.stepKey, attempt: 1 },
    ...{ instruction: llm(), inputs: {}, events: [] },
  } as unknown as PerformCall;
  const left = async () => new HistoryRepository(test.database).listAttempts(teamId, runId);
  return { reply: environment.run(performStep, call), feed, left };
}

/** A step that asks the model. */
function llm() {
  const definition = nodeDefinitions.find(({ type }) => type === 'llm');
  const config = definition?.config.parse({
    model: { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: {} },
    prompt_template: [{ role: 'user', text: 'Say it' }],
    context: { enabled: false, variable_selector: [] },
  }) as never;
  const of = { nodeId: 'b', mode: 'workflow', handlesFailure: false } as const;
  return { ...definition?.lower(config, of).instruction, run: 'llm@1', reads: [] };
}

it('W3 an execution stays that has said something, though its end cannot be recorded', async () => {
  let isAway = false;
  const database = refusing((statement) => isAway && /^\s*with/.test(statement));
  const { reply, feed, left } = await perform(database, {
    begun: (environment) => {
      isAway = true;
      environment.cancel('WORKER_SHUTDOWN');
    },
  });
  await expect(reply).rejects.toMatchObject({ code: 'database.unavailable' });
  expect(feed.chunks).not.toEqual([]);
  expect(await left()).toMatchObject([{ execution: 1, outcome: null }]);
});

it('an execution of which nothing came is forgotten, as soon as the database is there again', async () => {
  let isAway = false;
  const database = refusing(() => isAway);
  const asked = () => {
    isAway = true;
    throw databaseErrors.unavailable('The budget cannot be read.');
  };
  const { reply, left } = await perform(database, { asked });
  await expect(reply).rejects.toMatchObject({ code: 'database.unavailable' });
  expect(await left()).toHaveLength(1);
  isAway = false;
  while ((await left()).length > 0);
});
