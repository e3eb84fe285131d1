import type { Database } from './database.js';

/** Where `rate-limiter-flexible` keeps its counts, as it takes it among its options: the statements are its own. */
export function passwordTryTable(database: Database) {
  const query = async ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) => {
    const rows = await database.rows(text, values);
    return { rows, rowCount: rows.length };
  };
  return { storeClient: { query }, storeType: 'client', tableName: 'password_try', tableCreated: true };
}
