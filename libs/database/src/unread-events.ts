import type { RunId } from '@tenon/base';
import type { RunEvent } from '@tenon/engine';
import type { Sql } from './database.js';

/** Takes the events out of the record that nobody could read yet, because one before them is missing. */
export async function takeUnread(sql: Sql, runId: RunId): Promise<RunEvent[]> {
  const rows = await sql.rows<{ seq: number; at: number; type: string; payload: object }>(
    `delete from run_event where run_id = $1 and seq > (
       select coalesce(max(seq), 0) from (
         select seq, row_number() over (order by seq) as place from run_event where run_id = $1
       ) numbered where seq = place
     )
     returning seq, (extract(epoch from at) * 1000)::float8 as at, type, payload`,
    [runId],
  );
  return rows.map(({ payload, ...row }) => ({ ...row, ...payload }) as RunEvent);
}
