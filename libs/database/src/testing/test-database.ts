import { startTestPostgres, type TestPostgres } from '@tenon/platform/testing';
import { openDatabase, type Database } from '../database.js';
import { migrate } from '../migrate.js';
import { newId } from '../new-id.js';
import type { AppId, RunId, TeamId } from '@tenon/base';
import type { Plan } from '@tenon/engine';

/** A migrated database on a Postgres of its own. */
export interface TestDatabase {
  readonly database: Database;
  readonly postgres: TestPostgres;
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts Postgres and brings its schema up: about two seconds.
 * @param place  the folder in which its data lie
 */
export async function startTestDatabase(place?: string): Promise<TestDatabase> {
  const postgres = await startTestPostgres(place === undefined ? {} : { place });
  const database = openDatabase({ url: postgres.url, poolSize: 10, name: 'test' });
  await migrate(database);
  return {
    database,
    postgres,
    url: postgres.url,
    close: async () => {
      await database.close();
      await postgres.stop();
    },
  };
}

/** A team with one app and one stored plan, as the API would have written them. */
export async function seedApp(
  database: Database,
  plan: Plan,
  planHash = 'plan',
): Promise<{ teamId: TeamId; appId: AppId }> {
  const teamId = newId<TeamId>();
  const appId = newId<AppId>();
  await database.rows('insert into team (id, name) values ($1, $2)', [teamId, 'Test']);
  await database.rows('insert into app (id, team_id, name, mode) values ($1, $2, $3, $4)', [
    appId,
    teamId,
    'App',
    plan.mode,
  ]);
  await database.rows('insert into plan (team_id, hash, document) values ($1, $2, $3::json)', [
    teamId,
    planHash,
    JSON.stringify(plan),
  ]);
  return { teamId, appId };
}

/** A queued run of a seeded app. */
export async function seedRun(
  database: Database,
  { teamId, appId }: { readonly teamId: TeamId; readonly appId: AppId },
  planHash = 'plan',
): Promise<RunId> {
  const runId = newId<RunId>();
  await database.rows(
    `insert into run (id, team_id, app_id, plan_hash, channel, inputs, system) values ($1, $2, $3, $4, 'test', '{}', '{}')`,
    [runId, teamId, appId, planHash],
  );
  return runId;
}
