import type { Database, Sql } from '@tenon/database';

/** A statement that was run, and what it gave. */
export interface Statement {
  readonly text: string;
  readonly rows: readonly unknown[];
}

/** A database that tells every statement, also those of transactions. */
export function recordStatements(database: Database, tell: (statement: Statement) => void): Database {
  const recorded = (sql: Sql): Sql => ({
    rows: async <Row>(text: string, parameters?: readonly unknown[]) => {
      const rows = await sql.rows<Row>(text, parameters);
      tell({ text, rows });
      return rows;
    },
  });
  return {
    ...database,
    ...recorded(database),
    inTransaction: (work) => database.inTransaction((sql) => work(recorded(sql))),
  };
}
