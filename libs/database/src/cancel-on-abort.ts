import type { Database } from './database.js';

/**
 * The database for work that may have to end soon: once `signal` is aborted, the statement of a transaction that is under
 * way is cancelled, and none begins.
 */
export function cancelOnAbort(database: Database, signal: AbortSignal): Database {
  return {
    ...database,
    inTransaction: (work) =>
      database.inTransaction(async (sql) => {
        const [row] = await sql.rows<{ pid: number }>('select pg_backend_pid() as pid');
        let cancelling: Promise<unknown> | undefined;
        const cancel = () => {
          cancelling = database.rows('select pg_cancel_backend($1)', [row?.pid]).catch(() => undefined);
        };
        signal.throwIfAborted();
        signal.addEventListener('abort', cancel);
        try {
          return await work(sql);
        } finally {
          signal.removeEventListener('abort', cancel);
          // the next one on this connection is somebody else's
          await cancelling;
        }
      }),
  };
}
