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

  /** Changes the settings that are given; null lets the instance's hold again. */
  async saveSettings(teamId: TeamId, changes: Partial<TeamSettingsRecord>): Promise<TeamSettingsRecord> {
    const [row] = await this.sql.rows<TeamSettingsRecord>(SAVE, [
      teamId,
      Object.keys(changes),
      ...[changes.keepRunsDays ?? null, changes.keepTestRunsDays ?? null, changes.tokensPerDay ?? null],
    ]);
    return row as TeamSettingsRecord;
  }
}

const SETTINGS = `keep_runs_days as "keepRunsDays", keep_test_runs_days as "keepTestRunsDays",
  tokens_per_day::float8 as "tokensPerDay"`;

const SAVE = `
update team set updated_at = now(),
  keep_runs_days = case when 'keepRunsDays' = any($2::text[]) then $3 else keep_runs_days end,
  keep_test_runs_days = case when 'keepTestRunsDays' = any($2::text[]) then $4 else keep_test_runs_days end,
  tokens_per_day = case when 'tokensPerDay' = any($2::text[]) then $5 else tokens_per_day end
where id = $1 returning ${SETTINGS}`;
