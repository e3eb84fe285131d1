import type pg from 'pg';
import { from, to } from 'pg-copy-streams';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { databaseErrors, type Database } from './database.js';
import { appliedMigrations, migrateTo } from './migrate.js';
import { REQUEUE_OPEN } from './relay.js';

/** A table as a backup names it: its rows follow in the text form of `copy`. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** All tables as they were at one instant. */
export interface TableCopy {
  /** Migrations that made the tables, by name. */
  readonly migrations: readonly string[];
  /** A table comes after those that its rows refer to. */
  readonly tables: readonly CopiedTable[];
  /** The rows of one of the tables. To be read one table after the other. */
  read(table: CopiedTable): AsyncIterable<Buffer>;
  /** Keys of the objects of uploaded files and those that the records of runs name. To be read like a table. */
  readObjectKeys(of: 'files' | 'runs'): AsyncIterable<string>;
}

/** Who lives or guesses at this moment is no part of the record; the migrations are named beside it. */
const LEFT_OUT = ['schema_migration', 'worker_lease', 'password_try'];

const OBJECT_KEYS = {
  files: 'select distinct object_key from file',
  runs: 'select distinct key from object_reference',
};

/** Reads all tables as they are at this instant, while others go on writing. @throws database.unavailable */
export async function copyTables<T>(database: Database, work: (copy: TableCopy) => Promise<T>): Promise<T> {
  const connection = await database.connect();
  try {
    await connection.query('begin transaction isolation level repeatable read, read only');
    const { rows } = await connection.query<CopiedTable & { needs: string[] }>(TABLES, [LEFT_OUT]);
    const read = (table: CopiedTable) => connection.query(to(`copy ${target(table)} to stdout`));
    const readObjectKeys = (of: 'files' | 'runs') =>
      linesOf(connection.query(to(`copy (${OBJECT_KEYS[of]}) to stdout`)));
    return await work({ migrations: await appliedMigrations(connection), tables: inOrder(rows), read, readObjectKeys });
  } finally {
    await connection.end();
  }
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let open = '';
  for await (const piece of pieces) {
    const lines = (open + piece.toString('utf8')).split('\n');
    open = lines.pop() ?? '';
    yield* lines;
  }
}

/** Fills a table from the form that `TableCopy.read` gives. */
export type FillTable = (table: CopiedTable, rows: AsyncIterable<Buffer>) => Promise<void>;

/**
 * Makes the tables of a copy in an empty database and fills them, all or nothing. Runs that had not ended begin anew, from
 * what is recorded: the workflow server that is there now knows none of them.
 * @returns how many runs go on
 * @throws database.notEmpty, database.newerSchema
 */
export async function fillTables(
  database: Database,
  migrations: readonly string[],
  work: (fill: FillTable) => Promise<void>,
): Promise<number> {
  const connection = await database.connect();
  try {
    await connection.query('begin');
    await checkEmpty(connection);
    await migrateTo(connection, migrations);
    await work(async (table, rows) => {
      await pipeline(Readable.from(rows), connection.query(from(`copy ${target(table)} from stdin`)));
    });
    const { rowCount } = await connection.query(REQUEUE_OPEN);
    await connection.query('commit');
    return rowCount ?? 0;
  } finally {
    // what was not committed is undone
    await connection.end();
  }
}

/** @throws database.notEmpty */
export async function checkEmptyDatabase(database: Database): Promise<void> {
  const connection = await database.connect();
  try {
    await checkEmpty(connection);
  } finally {
    await connection.end();
  }
}

async function checkEmpty(connection: pg.Client): Promise<void> {
  const { rows } = await connection.query(TABLES, [[]]);
  if (rows.length > 0)
    throw databaseErrors.notEmpty('The database of TENON_DATABASE_URL holds tables already: give a new, empty one.');
}

const TABLES = `
select class.relname::text as name,
  array(select attname::text from pg_attribute where attrelid = class.oid and attnum > 0 and not attisdropped
    and attgenerated = '' order by attnum) as columns,
  array(select target.relname::text from pg_constraint key join pg_class target on target.oid = key.confrelid
    where key.conrelid = class.oid and key.contype = 'f' and target.oid <> class.oid) as needs
from pg_class class
where class.relnamespace = current_schema()::regnamespace and class.relkind = 'r' and class.relname <> all($1::text[])
order by class.relname`;

function inOrder(tables: readonly (CopiedTable & { readonly needs: readonly string[] })[]): CopiedTable[] {
  const ordered: CopiedTable[] = [];
  const isThere = (name: string) => ordered.some((table) => table.name === name);
  while (ordered.length < tables.length) {
    const next = tables.filter(({ name, needs }) => !isThere(name) && needs.every(isThere));
    if (next.length === 0) throw new Error('tables refer to each other in a circle');
    ordered.push(...next.map(({ name, columns }) => ({ name, columns })));
  }
  return ordered;
}

function target({ name, columns }: CopiedTable): string {
  return `${quoted(name)} (${columns.map(quoted).join(', ')})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
