import type { Sql } from './database.js';
import { IS_BEATING } from './work-load.js';

/** How far clocks are ahead of that of the database, in milliseconds. */
export interface Clocks {
  /** Of this process. */
  readonly ownAheadMs: number;
  /** Of the worker whose clock differs most; null where none has said. */
  readonly workerAheadMs: number | null;
}

/** Compares clocks, as precisely as the database is quick to answer. @throws database.unavailable */
export async function compareClocks(sql: Sql): Promise<Clocks> {
  const askedMs = Date.now();
  const [row] = await sql.rows<{ databaseMs: number; workerAheadMs: number | null }>(
    `select ${DATABASE_MS} as "databaseMs",
       (select clock_ahead_ms::float8 from worker_lease where ${IS_BEATING} and clock_ahead_ms is not null
        order by abs(clock_ahead_ms) desc limit 1) as "workerAheadMs"`,
  );
  if (!row) throw new Error('asking for the time gave no row');
  const ownAheadMs = aheadOf(row.databaseMs, askedMs);
  return { ownAheadMs, workerAheadMs: row.workerAheadMs };
}

/** SQL: the time of the database, in milliseconds since 1970. */
export const DATABASE_MS = `(extract(epoch from clock_timestamp()) * 1000)::float8`;

/** How far our clock is ahead of one that has just answered what we asked at `askedMs`; it did so halfway. */
export function aheadOf(answeredMs: number, askedMs: number): number {
  return Math.round((askedMs + Date.now()) / 2 - answeredMs);
}
