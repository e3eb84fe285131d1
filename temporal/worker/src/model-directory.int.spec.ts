import type { TeamId } from '@tenon/base';
import { PostgresSecretStore, ProviderRepository } from '@tenon/database';
import { fixedKeys, startTestDatabase, type TestDatabase } from '@tenon/database/testing';
import { randomBytes } from 'node:crypto';
import { createModelDirectory } from './model-directory.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

async function messageFor(provider: string, { hasOther }: { hasOther: boolean }): Promise<string> {
  const [team] = await test.database.rows<{ id: TeamId }>(
    `insert into team (id, name) values (gen_random_uuid(), 'Ours') returning id`,
  );
  const teamId = team?.id as TeamId;
  if (hasOther)
    await test.database.rows(
      `insert into provider (id, team_id, name, base_url) values (gen_random_uuid(), $1, 'groq', 'http://127.0.0.1:1')`,
      [teamId],
    );
  const directory = createModelDirectory({
    providers: new ProviderRepository(test.database),
    secrets: new PostgresSecretStore(test.database, fixedKeys(randomBytes(32))),
    environment: undefined,
    local: undefined,
    createModel: () => {
      throw new Error('a model was made');
    },
  });
  const error: unknown = await directory.getChatModel(teamId, { provider, name: 'm-1' }).catch((it: unknown) => it);
  expect(error).toMatchObject({ code: 'model.notConfigured' });
  return (error as Error).message;
}

describe('a model of a provider that is not configured', () => {
  const BY_CALL = 'add it on the page Models (saveProvider), or let a default model stand in there (setDefaultModel)';

  it('names the settings where those configure the provider', async () => {
    expect(await messageFor('openai', { hasOther: false })).toBe(
      `No provider openai is configured for the model m-1: start Tenon with OPENAI_API_KEY or OPENAI_BASE_URL, ${BY_CALL}.`,
    );
  });

  it('names the calls, and the setting only where it would help', async () => {
    const begin = 'No provider mistral is configured for the model m-1:';
    expect(await messageFor('mistral', { hasOther: false })).toBe(
      `${begin} ${BY_CALL}, or start Tenon with OPENAI_MODEL.`,
    );
    expect(await messageFor('mistral', { hasOther: true })).toBe(`${begin} ${BY_CALL}.`);
  });

  it('B55 is not taken from another team that has it', async () => {
    await test.database.rows(
      `with theirs as (insert into team (id, name) values (gen_random_uuid(), 'Theirs') returning id)
       insert into provider (id, team_id, name, base_url) select gen_random_uuid(), id, 'theirs', 'http://127.0.0.1:1' from theirs`,
    );
    expect(await messageFor('theirs', { hasOther: false })).toContain('No provider theirs is configured');
  });
});
