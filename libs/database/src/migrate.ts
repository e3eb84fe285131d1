import type pg from 'pg';
import { Umzug } from 'umzug';
import { databaseErrors, type Database } from './database.js';
import { LOCKS } from './locks.js';
import { migrations } from './migrations/index.js';

/**
 * Brings the schema up to this build's.
 * @returns the names of the migrations that ran
 * @throws database.newerSchema when the database was already used by a newer build
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const lock = await database.connect();
  try {
    // any number of processes may start at once: the first takes the lock, the others find nothing left to do
    await lock.query('select pg_advisory_lock($1)', [LOCKS.migrating]);
    await lock.query(CREATE_NOTES);
    checkKnown(await appliedMigrations(lock));
    return (await runner(database, lock).up()).map(({ name }) => name);
  } finally {
    // closing the connection gives the lock back
    await lock.end();
  }
}

/**
 * Makes the schema as those migrations made it, inside a transaction that is under way on a connection.
 * @throws database.newerSchema when this build does not know one of them
 */
export async function migrateTo(connection: Queryable, names: readonly string[]): Promise<void> {
  checkKnown(names);
  await connection.query(CREATE_NOTES);
  for (const { name, up } of migrations) {
    if (!names.includes(name)) continue;
    for (const statement of up) await connection.query(statement);
    await connection.query(NOTE, [name]);
  }
}

type Queryable = Pick<pg.Client, 'query'>;

const CREATE_NOTES =
  'create table if not exists schema_migration (name text primary key, applied_at timestamptz not null default now())';
const NOTE = 'insert into schema_migration (name) values ($1)';

function checkKnown(names: readonly string[]): void {
  const unknown = names.filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0)
    throw databaseErrors.newerSchema(
      'This data was written by a newer Tenon; start that version, or give this one another data folder.',
      { details: { unknown } },
    );
}

function runner(database: Database, lock: Queryable) {
  return new Umzug({
    migrations: migrations.map(({ name, up }) => ({
      name,
      // the statements and the note that they ran are one transaction, so a kill in between leaves neither
      up: () =>
        database.inTransaction(async (sql) => {
          for (const statement of up) await sql.rows(statement);
          await sql.rows(NOTE, [name]);
        }),
    })),
    storage: {
      executed: () => appliedMigrations(lock),
      logMigration: async () => undefined,
      unlogMigration: async () => undefined,
    },
    logger: undefined,
  });
}

/** Names of the migrations that made the schema. */
export async function appliedMigrations(connection: Queryable): Promise<string[]> {
  const { rows } = await connection.query<{ name: string }>('select name from schema_migration order by name');
  return rows.map(({ name }) => name);
}
