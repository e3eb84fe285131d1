import { databaseErrors, type Database } from './database.js';
import { LOCKS } from './locks.js';

/**
 * Does work that only one process may do at a time: removing what is no longer kept. The lock goes with the connection,
 * so a process that dies holds nobody up.
 * @param work  is told by its signal when the lock is lost: it begins nothing more then
 * @returns false when another process removes, or needs that nothing is removed
 */
export async function whileRemoving(
  database: Database,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const connection = await database.connect();
  const lost = new AbortController();
  connection.once('end', () => lost.abort(databaseErrors.unavailable('The lock on removing was lost.')));
  try {
    const { rows } = await connection.query<{ isMine: boolean }>('select pg_try_advisory_lock($1) as "isMine"', [
      LOCKS.removing,
    ]);
    if (!rows[0]?.isMine) return false;
    await work(lost.signal);
    return true;
  } finally {
    // closing the connection gives the lock back
    await connection.end();
  }
}

/** As long as it is held, nothing is removed. */
export interface RemovalHold {
  /** Tells when the connection that holds it is lost. */
  readonly lost: AbortSignal;
  /** Makes sure that it was held until now. @throws database.unavailable */
  check(): Promise<void>;
  end(): Promise<void>;
}

/** Waits until nobody removes, and keeps it so until the hold is ended. The database that restarts has forgotten it. */
export async function holdRemoval(database: Database): Promise<RemovalHold> {
  const connection = await database.connect();
  const lost = new AbortController();
  const failure = (cause?: unknown) =>
    databaseErrors.unavailable(
      'The database was away for a moment, so that something may be gone by now: begin again.',
      {
        cause,
      },
    );
  connection.once('end', () => lost.abort(failure()));
  try {
    await connection.query('select pg_advisory_lock_shared($1)', [LOCKS.removing]);
  } catch (error) {
    await connection.end();
    throw error;
  }
  return {
    lost: lost.signal,
    check: async () => {
      // the lock lives as long as the connection
      await connection.query('select 1').catch((error: unknown) => {
        throw failure(error);
      });
    },
    end: () => connection.end(),
  };
}
