import type { TeamId } from '@tenon/base';
import type { Database } from '../database.js';
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

/** Who serves a team's models. */
export class ProviderRepository {
  constructor(private readonly database: Database) {}

  list(teamId: TeamId): Promise<ProviderRecord[]> {
    return this.database.rows(`${SELECT} where team_id = $1 order by name`, [teamId]);
  }

  async find(teamId: TeamId, name: string): Promise<ProviderRecord | undefined> {
    const [row] = await this.database.rows<ProviderRecord>(`${SELECT} where team_id = $1 and name = $2`, [
      teamId,
      name,
    ]);
    return row;
  }

  /** Stores a provider under its name, replacing what stood there. */
  async save(teamId: TeamId, provider: Omit<ProviderRecord, 'updatedAt'>): Promise<void> {
    await this.database.rows(
      `insert into provider (id, team_id, name, base_url, secret_id, models) values ($1, $2, $3, $4, $5, $6::json)
       on conflict (team_id, name) do update set base_url = excluded.base_url, secret_id = excluded.secret_id,
         models = excluded.models, updated_at = now()`,
      [newId(), teamId, provider.name, provider.baseUrl, provider.secretId, storableJson(provider.models)],
    );
  }

  async remove(teamId: TeamId, name: string): Promise<boolean> {
    const rows = await this.database.rows('delete from provider where team_id = $1 and name = $2 returning id', [
      teamId,
      name,
    ]);
    return rows.length > 0;
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

const SELECT = `
select name, base_url as "baseUrl", secret_id as "secretId", models, updated_at as "updatedAt" from provider`;
