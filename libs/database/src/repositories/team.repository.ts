import type { TeamId } from '@tenon/base';
import type { Sql } from '../database.js';

/** What a team has settled for itself; null where the instance's settings hold. */
export interface TeamSettingsRecord {
  /** Days for which ended runs are kept. */
  readonly keepRunsDays: number | null;
  /** The same of runs of drafts. */
  readonly keepTestRunsDays: number | null;
  /** What its runs may use of models in a day. */
  readonly tokensPerDay: number | null;
}

/** Teams. The team is the first argument of every method. */
export class TeamRepository {
  constructor(private readonly sql: Sql) {}

  async getSettings(teamId: TeamId): Promise<TeamSettingsRecord> {
    const [row] = await this.sql.rows<TeamSettingsRecord>(`select ${SETTINGS} from team where id = $1`, [teamId]);
    return row as TeamSettingsRecord;
  }

  async saveSettings(teamId: TeamId, settings: TeamSettingsRecord): Promise<TeamSettingsRecord> {
    const [row] = await this.sql.rows<TeamSettingsRecord>(
      `update team set keep_runs_days = $2, keep_test_runs_days = $3, tokens_per_day = $4, updated_at = now()
       where id = $1 returning ${SETTINGS}`,
      [teamId, settings.keepRunsDays, settings.keepTestRunsDays, settings.tokensPerDay],
    );
    return row as TeamSettingsRecord;
  }
}

const SETTINGS = `keep_runs_days as "keepRunsDays", keep_test_runs_days as "keepTestRunsDays",
  tokens_per_day::float8 as "tokensPerDay"`;
