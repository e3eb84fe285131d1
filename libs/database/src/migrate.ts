import { Umzug } from 'umzug';
import { databaseErrors, type Database } from './database.js';
import { migrations } from './migrations/index.js';

// Any number of processes may start at once: the first takes the lock, the others find nothing left to do.
const LOCK = 7_310_417;

/**
 * Brings the schema up to this build's.
 * @returns the names of the migrations that ran
 * @throws database.newerSchema when the database was already used by a newer build
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const lock = await database.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    await database.rows(
      'create table if not exists schema_migration (name text primary key, applied_at timestamptz not null default now())',
    );
    const applied = await appliedMigrations(database);
    const unknown = applied.filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length > 0)
      throw databaseErrors.newerSchema(
        'This data was written by a newer Tenon; start that version, or give this one another data folder.',
        { details: { unknown } },
      );
    return (await runner(database).up()).map(({ name }) => name);
  } finally {
    // closing the connection gives the lock back
    await lock.end();
  }
}

function runner(database: Database) {
  return new Umzug({
    migrations: migrations.map(({ name, up }) => ({
      name,
      // the statements and the note that they ran are one transaction, so a kill in between leaves neither
      up: () =>
        database.inTransaction(async (sql) => {
          for (const statement of up) await sql.rows(statement);
          await sql.rows('insert into schema_migration (name) values ($1)', [name]);
        }),
    })),
    storage: {
      executed: () => appliedMigrations(database),
      logMigration: async () => undefined,
      unlogMigration: async () => undefined,
    },
    logger: undefined,
  });
}

async function appliedMigrations(database: Database): Promise<string[]> {
  const rows = await database.rows<{ name: string }>('select name from schema_migration order by name');
  return rows.map(({ name }) => name);
}
