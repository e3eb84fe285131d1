import type { RunId } from '@tenon/base';
import type { Sql } from './database.js';

/** Runs that were removed and that the workflow server may still know. A trigger of `run` notes them. */
export async function listRemovedRuns(sql: Sql, limit: number): Promise<RunId[]> {
  const rows = await sql.rows<{ runId: RunId }>('select run_id as "runId" from removed_run order by run_id limit $1', [
    limit,
  ]);
  return rows.map(({ runId }) => runId);
}

/** The workflow server knows them no more. */
export async function noteForgotten(sql: Sql, runIds: readonly RunId[]): Promise<void> {
  await sql.rows('delete from removed_run where run_id = any($1::uuid[])', [runIds]);
}
