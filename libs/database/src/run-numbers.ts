import type { TeamId } from '@tenon/base';
import type { Sql } from './database.js';
import { idBefore } from './new-id.js';
import { sumOfUsage, type UsageSum } from './usage.js';

/** What runs came to that were accepted since a time. */
export interface RunNumbers {
  readonly runs: number;
  readonly failed: number;
  /** Of those that have ended; null where none has cost anything. */
  readonly usage: UsageSum | null;
}

/** Counts the runs of a team since then, within the clocks of who accepted them. */
export async function countRuns(sql: Sql, teamId: TeamId, since: Date): Promise<RunNumbers> {
  const [row] = await sql.rows<RunNumbers>(COUNT, [teamId, idBefore(since)]);
  if (!row) throw new Error('counting gave no row');
  return row;
}

const COUNT = `
select count(*)::int as runs, (count(*) filter (where status = 'failed'))::int as failed, ${sumOfUsage('usage')} as usage
from run where team_id = $1 and id >= $2`;
