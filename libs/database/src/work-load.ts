import { NEEDS_ATTENTION, WORKERS } from './attention.js';
import type { Sql } from './database.js';

/**
 * SQL, of a row of `worker_lease`: its worker has been heard of in the last three seconds. A beat of the future is one of
 * before the clock was set back.
 */
export const IS_BEATING = `beat_at between now() - interval '3 seconds' and now() + interval '3 seconds'`;

/** What there is to do for all teams together, and who does it. */
export interface WorkLoad {
  /** Runs that no workflow has yet. */
  readonly queued: number;
  /** Unfinished runs that a workflow has. */
  readonly underWay: number;
  /** Of those, the ones that cannot go on: see `listAttention`. */
  readonly needAttention: number;
  /** Workers heard of in the last three seconds. */
  readonly workers: number;
}

/** Counts runs and workers. @throws database.unavailable */
export async function countWork(sql: Sql): Promise<WorkLoad> {
  const [row] = await sql.rows<WorkLoad>(
    `with ${WORKERS}
     select count(*) filter (where relayed_at is null)::int as queued,
       count(*) filter (where relayed_at is not null)::int as "underWay",
       count(*) filter (where ${NEEDS_ATTENTION})::int as "needAttention",
       (select count(*)::int from worker_lease where ${IS_BEATING}) as workers
     from run cross join worker where finished_at is null`,
  );
  if (!row) throw new Error('counting gave no row');
  return row;
}

/** How much room the database takes, in bytes. */
export async function measureDatabase(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes');
  if (!row) throw new Error('measuring gave no row');
  return row.bytes;
}
