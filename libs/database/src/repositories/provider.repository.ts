import type { TeamId } from '@tenon/base';
import type { Database, Sql } from '../database.js';
import { newId } from '../new-id.js';
import { storableJson } from '../storable.js';

/** A model server that a team has configured. `name` is the bare provider id that app files use (`openai`). */
export interface ProviderRecord {
  readonly name: string;
  readonly baseUrl: string;
  /** Id of the sealed key; null for a server that wants none. */
  readonly secretId: string | null;
  readonly models: readonly string[];
  readonly updatedAt: Date;
}

export interface TeamModels {
  readonly defaultProvider: string | null;
  readonly defaultModel: string | null;
  /** Whether the default model answers for models that nobody serves. */
  readonly standIn: boolean;
}

/** Gives what is stored of a provider; what it stores itself, such as a sealed key, is stored with it or not at all. */
export type WriteProvider = (
  before: ProviderRecord | undefined,
  sql: Sql,
) => Promise<Pick<ProviderRecord, 'baseUrl' | 'secretId' | 'models'>>;

/** Who serves a team's models. */
export class ProviderRepository {
  constructor(private readonly database: Database) {}

  list(teamId: TeamId): Promise<ProviderRecord[]> {
    return this.database.rows(`${SELECT} where team_id = $1 order by name`, [teamId]);
  }

  find(teamId: TeamId, name: string): Promise<ProviderRecord | undefined> {
    return findProvider(this.database, teamId, name);
  }

  /** Stores a provider under its name, replacing what stood there; one at a time of a team. */
  async save(teamId: TeamId, name: string, write: WriteProvider): Promise<ProviderRecord> {
    return this.database.inTransaction(async (sql) => {
      const before = await findLocked(sql, teamId, name);
      const { baseUrl, secretId, models } = await write(before, sql);
      const [saved] = await sql.rows<ProviderRecord>(
        `insert into provider (id, team_id, name, base_url, secret_id, models) values ($1, $2, $3, $4, $5, $6::json)
         on conflict (team_id, name) do update set base_url = excluded.base_url, secret_id = excluded.secret_id,
           models = excluded.models, updated_at = now()
         returning ${FIELDS}`,
        [newId(), teamId, name, baseUrl, secretId, storableJson(models)],
      );
      if (before?.secretId && before.secretId !== secretId) await removeSecret(sql, teamId, before.secretId);
      return saved as ProviderRecord;
    });
  }

  /** Removes a provider with its key. */
  async remove(teamId: TeamId, name: string): Promise<boolean> {
    return this.database.inTransaction(async (sql) => {
      const before = await findLocked(sql, teamId, name);
      await sql.rows('delete from provider where team_id = $1 and name = $2', [teamId, name]);
      if (before?.secretId) await removeSecret(sql, teamId, before.secretId);
      return before !== undefined;
    });
  }

  async getTeamModels(teamId: TeamId): Promise<TeamModels> {
    const [row] = await this.database.rows<TeamModels>(
      `select default_provider as "defaultProvider", default_model as "defaultModel", stand_in as "standIn"
       from team where id = $1`,
      [teamId],
    );
    return row ?? { defaultProvider: null, defaultModel: null, standIn: false };
  }

  async setTeamModels(teamId: TeamId, models: TeamModels): Promise<void> {
    await this.database.rows(
      'update team set default_provider = $2, default_model = $3, stand_in = $4, updated_at = now() where id = $1',
      [teamId, models.defaultProvider, models.defaultModel, models.standIn],
    );
  }
}

const FIELDS = `name, base_url as "baseUrl", secret_id as "secretId", models, updated_at as "updatedAt"`;
const SELECT = `select ${FIELDS} from provider`;

async function findProvider(sql: Sql, teamId: TeamId, name: string): Promise<ProviderRecord | undefined> {
  const [row] = await sql.rows<ProviderRecord>(`${SELECT} where team_id = $1 and name = $2`, [teamId, name]);
  return row;
}

/** What stands there while nobody else changes a provider of the team. */
async function findLocked(sql: Sql, teamId: TeamId, name: string): Promise<ProviderRecord | undefined> {
  await sql.rows('select id from team where id = $1 for no key update', [teamId]);
  return findProvider(sql, teamId, name);
}

async function removeSecret(sql: Sql, teamId: TeamId, secretId: string): Promise<void> {
  await sql.rows('delete from secret where team_id = $1 and id = $2', [teamId, secretId]);
}
