import type { AppId, ConversationId, TeamId } from '@tenon/base';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { planOf, seedApp, startTestDatabase, type TestDatabase } from '../testing/index.js';
import { PLAN } from '../testing/two-steps.js';
import { ConversationRepository } from './conversation.repository.js';
import { RunRepository } from './run.repository.js';

let test: TestDatabase;
let teamId: TeamId;
let appId: AppId;
const conversationId = newId<ConversationId>();

beforeAll(async () => {
  test = await startTestDatabase();
  ({ teamId, appId } = await seedApp(test.database, PLAN));
  await test.database.rows(
    `with thread as (
       insert into conversation (id, team_id, app_id)
       select case n when 1 then $3::uuid else gen_random_uuid() end, $1::uuid, $2::uuid from generate_series(1, 500) n returning id
     ), round as (
       insert into run (id, team_id, app_id, plan_hash, conversation_id, channel, inputs, system)
       select gen_random_uuid(), $1, $2, 'plan', thread.id, 'test', '{}', '{}' from thread, generate_series(1, 10)
       returning id, conversation_id
     )
     insert into message (run_id, team_id, conversation_id, query, answer, status, created_at)
     select id, $1, conversation_id, '', '', 'answered', now() from round`,
    [teamId, appId, conversationId],
  );
  await test.database.rows('analyze run, message');
}, 60_000);
afterAll(() => test.close());

it.each<[string, string, (database: Database) => Promise<unknown>]>([
  ['runs', 'run', (database) => new RunRepository(database).list(teamId, { conversationId }, { first: 20 })],
  ['rounds', 'run', (database) => new ConversationRepository(database).findNextRound(teamId, appId, conversationId)],
  [
    'latest messages',
    'message',
    (database) => new ConversationRepository(database).listMessages(teamId, [conversationId], 5),
  ],
  ...['run', 'message'].map((table): [string, string, (database: Database) => Promise<unknown>] => [
    `${table}s that go with it`,
    table,
    (database) => database.rows(`delete from ${table} where conversation_id = $1`, [conversationId]),
  ]),
])('the %s: those of a conversation are found by an index', async (_what, table, ask) => {
  expect(await planOf(test.database, ask)).toContain(` ${table}_conversation `);
});
