import { defineErrors } from '@tenon/base';
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { storableText } from './storable.js';

/** Failures of the database as a whole. */
export const databaseErrors = defineErrors('database', {
  newerSchema: 'invalid',
  notEmpty: 'conflict',
  unavailable: 'unavailable',
});

/** What can be asked in SQL, of the pool or inside one transaction. */
export interface Sql {
  /**
   * Runs one statement with `$1`-style parameters.
   * @throws database.unavailable when there is no connection, no room, or a deadlock: the same may go through later
   */
  rows<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Connections this process may hold. */
  readonly poolSize: number;
  /** Shown by Postgres beside the connection. */
  readonly name: string;
}

/** The connection pool of a process. */
export interface Database extends Sql {
  /** Runs `work` in one transaction: all of it is stored, or nothing. No IO but SQL inside. */
  inTransaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** A connection of its own, outside the pool, for LISTEN and locks. The caller ends it. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

/** How long a statement waits for a connection, in milliseconds. */
const CONNECT_MS = 5_000;
/** Connections that stay open without work, so that others cannot take the last one. */
const KEPT_CONNECTIONS = 2;
const TRY_AGAIN_MS = 100;
const NO_CONNECTION_LEFT = '53300';

/** Opens the pool; connections are made when they are needed, so this never fails. */
export function openDatabase({ url, poolSize, name }: DatabaseOptions): Database {
  const settings = {
    ...{ connectionString: url, application_name: name, keepAlive: true },
    connectionTimeoutMillis: CONNECT_MS,
  };
  const sizes = { min: Math.min(KEPT_CONNECTIONS, poolSize), max: poolSize };
  const pool = new pg.Pool({ ...settings, ...sizes, idleTimeoutMillis: 30_000, statement_timeout: 60_000 });
  // An idle connection that dies is taken out of the pool by the pool; the next query gets a fresh one.
  pool.on('error', ignore);
  // One that breaks fails its statement. Its event needs a listener from the start: it may come with the last word of
  // connecting, before whoever waits for the connection has it.
  pool.on('connect', (client) => client.on('error', ignore));

  const inTransaction = async <T>(work: (sql: Sql) => Promise<T>): Promise<T> => {
    const client = await whenThereIsOne(() => pool.connect()).catch(unavailable);
    try {
      await client.query('begin');
      const result = await work(sqlOver(client));
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      // A connection whose rollback fails is closed: the server rolls back for it.
      const isClean = await client.query('rollback').then(
        () => true,
        () => false,
      );
      client.release(!isClean || isStalePlan(error));
      throw isTrouble(error) ? unavailable(error) : error;
    }
  };

  return {
    ...sqlOver(pool),
    inTransaction,
    connect: async () => {
      const client = new pg.Client(settings);
      client.on('error', ignore);
      await client.connect().catch(unavailable);
      return client;
    },
    close: () => pool.end(),
  };
}

/** Makes sure that the database answers. @throws database.unavailable, or why it refuses us */
export async function checkDatabase(sql: Sql): Promise<void> {
  await sql.rows('select 1');
}

/** The time of the database, in milliseconds since 1970: what is recorded does not follow the clock of a worker. */
export async function readTime(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ at: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as at');
  if (!row) throw new Error('asking for the time gave no row');
  return Math.floor(row.at);
}

/**
 * Makes sure that the database has room for what is written: sorting more than fits into the memory that a statement has
 * takes some of its disk for a moment.
 * @throws database.unavailable, or why it refuses us
 */
export async function checkRoom(database: Database): Promise<void> {
  await database.inTransaction(async (sql) => {
    await sql.rows(`set local work_mem = '64kB'`);
    await sql.rows(
      'select count(*) from (select * from generate_series(1, 20000) as number order by number desc offset 1)',
    );
  });
}

/**
 * The database inside a transaction that is under way: whatever repositories over it do, transactions of theirs
 * included, is stored with it or not at all.
 */
export function joinTransaction(database: Database, sql: Sql): Database {
  return { ...database, ...sql, inTransaction: (work) => work(sql) };
}

const ignore = () => undefined;

/** Waits while the server has no connection left: one of ours that becomes free will do as well. */
async function whenThereIsOne<T>(work: () => Promise<T>): Promise<T> {
  for (const end = performance.now() + CONNECT_MS; ;) {
    try {
      return await work();
    } catch (error) {
      const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown };
      // said to who connects, so that nothing has been done yet
      const isRefused = code === NO_CONNECTION_LEFT && severity === 'FATAL';
      if (!isRefused || performance.now() > end) throw error;
      await setTimeout(TRY_AGAIN_MS);
    }
  }
}

function sqlOver(queryable: pg.Pool | pg.PoolClient): Sql {
  const query = async (text: string, values: unknown[]) => {
    // a statement without values may be several, and those cannot be prepared
    if (values.length === 0) return queryable.query(text);
    try {
      return await queryable.query({ name: nameOf(text), text, values });
    } catch (error) {
      if (isStalePlan(error) && queryable instanceof pg.Pool) return queryable.query(text, values);
      throw error;
    }
  };
  return {
    rows: async <Row>(text: string, parameters: readonly unknown[] = []) => {
      try {
        const values = parameters.map(storable);
        return (await whenThereIsOne(() => query(text, values))).rows as Row[];
      } catch (error) {
        throw isTrouble(error) ? unavailable(error) : withoutValues(error);
      }
    },
  };
}

/** Postgres repeats the values of a refused statement in `detail` and `where`: those go no further. */
function withoutValues(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    delete error.detail;
    delete error.where;
    delete error.internalQuery;
  }
  return error;
}

function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable);
  return typeof value === 'string' ? storableText(value) : value;
}

const names = new Map<string, string>();

/**
 * The name under which a connection keeps a statement prepared: planning the larger ones costs more than running them.
 * All texts are constants, values are parameters, so there are few.
 */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known) return known;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  names.set(text, name);
  return name;
}

// A migration changed what a statement gives that this connection has prepared.
function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '0A000' && String(message).startsWith('cached plan');
}

// Node's socket errors, the pool's own words, and Postgres' classes 08 (connection), 40 (deadlock, serialization),
// 53 (disk, memory or connections used up), 55P03 and 57 (locked, too slow, shutting down) and 58 (its system fails).
function isTrouble(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    /^((08|40|53|57|58)[0-9A-Z]{3}$|55P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/.test(String(code)) ||
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      String(message),
    )
  );
}

function unavailable(cause: unknown): never {
  throw databaseErrors.unavailable(sentenceOf(String((cause as { code?: unknown })?.code)), { cause });
}

function sentenceOf(code: string): string {
  if (code === '53100')
    return 'The disk of the database is full: free some space. What was accepted is safe and goes on then.';
  if (code === NO_CONNECTION_LEFT)
    return 'All connections of the database are taken: let other programs use fewer, or raise its max_connections.';
  if (code.startsWith('40')) return 'Several changes met in the database; the same may go through now.';
  return 'The database does not answer; what was accepted is safe and goes on when it is back.';
}
