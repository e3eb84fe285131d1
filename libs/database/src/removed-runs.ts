import type { RunId } from '@tenon/base';
import type { Sql } from './database.js';

/**
 * Runs that were removed and that the workflow server may still know. A trigger of `run` notes them.
 * @param after  the last one of the page before
 */
export async function listRemovedRuns(sql: Sql, limit: number, after?: RunId): Promise<RunId[]> {
  const rows = await sql.rows<{ runId: RunId }>(
    `select run_id as "runId" from removed_run where $2::uuid is null or run_id > $2 order by run_id limit $1`,
    [limit, after ?? null],
  );
  return rows.map(({ runId }) => runId);
}

/** The workflow server knows it no more. */
export async function noteForgotten(sql: Sql, runId: RunId): Promise<void> {
  await sql.rows('delete from removed_run where run_id = $1', [runId]);
}
