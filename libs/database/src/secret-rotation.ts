import { secretErrors, type RenewableKeys, type SealingKey, type SealingKeys } from '@tenon/ports';
import type { Database, Sql } from './database.js';
import { LOCKS } from './locks.js';
import { sealValue } from './sealed-value.js';
import { openWithAny, type SealedSecret } from './secret-store.js';

const BATCH = 500;

/**
 * Seals every secret anew with a new key and gives the old ones up, while others go on opening and sealing. The new key
 * is kept safe before it seals anything, the old ones until nothing names them: after a crash at any point, the next
 * call finishes.
 * @returns how many secrets were sealed anew
 * @throws secret.isBeingRotated, secret.wrongKey, secretKey.givenFromOutside
 */
export async function rotateSecrets(database: Database, keys: RenewableKeys): Promise<number> {
  const lock = await database.connect();
  try {
    const { rows } = await lock.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCKS.rotating]);
    if (!rows[0]?.taken) throw secretErrors.isBeingRotated('The key is being renewed already; wait for its end.');
    await keys.renew();
    const [current] = keys.list() as [SealingKey];
    await retireOthers(database, current.id);
    const count = await sealAllAnew(database, keys.list(), current);
    await keys.dropOld();
    return count;
  } finally {
    // given back before the connection ends, whose end the server notices later
    await lock.query('select pg_advisory_unlock($1)', [LOCKS.rotating]).catch(() => undefined);
    await lock.end();
  }
}

/** From here on nothing is sealed with another key: whoever is sealing is waited for. */
async function retireOthers(database: Database, keyId: string): Promise<void> {
  await database.inTransaction(async (sql) => {
    await sql.rows('insert into secret_key (id) values ($1) on conflict (id) do update set retired_at = null', [keyId]);
    await sql.rows('update secret_key set retired_at = now() where id <> $1 and retired_at is null', [keyId]);
  });
}

async function sealAllAnew(database: Database, keys: readonly SealingKey[], current: SealingKey): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await database.rows<SealedSecret>(
      `select id, team_id as "teamId", sealed, key_id as "keyId" from secret
       where key_id is distinct from $1 order by id limit ${BATCH}`,
      [current.id],
    );
    if (rows.length === 0) return count;
    const anew = rows.map((row) => sealAnew(row, keys, current));
    // one that was removed meanwhile stays removed
    await database.rows(
      `update secret set sealed = anew.sealed, key_id = $3
       from unnest($1::uuid[], $2::text[]) as anew (id, sealed) where secret.id = anew.id`,
      [rows.map(({ id }) => id), anew, current.id],
    );
    count += rows.length;
  }
}

function sealAnew(row: SealedSecret, keys: readonly SealingKey[], current: SealingKey): string {
  const plain = openWithAny(row, keys);
  if (plain !== undefined) return sealValue(plain, current, row);
  throw secretErrors.wrongKey(
    'Some secrets cannot be opened with the keys that are known; the old keys are kept. Add the one that is missing, and ask again.',
    { details: { secretId: row.id } },
  );
}

/**
 * Makes sure that every secret that is stored can be opened with the keys of this process.
 * @throws secret.wrongKey
 */
export async function checkSealingKeys(sql: Sql, keys: SealingKeys): Promise<void> {
  const known = keys.list();
  const unknown = await countUnknown(sql, known);
  const [nameless] = await listNameless(sql, 1);
  if (unknown === 0 && (!nameless || openWithAny(nameless, known) !== undefined)) return;
  throw secretErrors.wrongKey(
    `The stored secrets are sealed with another key than that of ${keys.source}: put the right one back, or, when it is lost, start once with TENON_SECRET_KEY_LOST=1 and enter the secrets again.`,
  );
}

/** Removes the secrets that none of the keys opens. @returns how many */
export async function forgetLostSecrets(sql: Sql, keys: SealingKeys): Promise<number> {
  const known = keys.list();
  const lost = (await listNameless(sql, 1_000_000)).filter((row) => openWithAny(row, known) === undefined);
  const rows = await sql.rows(
    'delete from secret where id = any($1::uuid[]) or (key_id is not null and not key_id = any($2::text[])) returning 1',
    [lost.map(({ id }) => id), known.map(({ id }) => id)],
  );
  return rows.length;
}

async function countUnknown(sql: Sql, keys: readonly SealingKey[]): Promise<number> {
  const rows = await sql.rows(
    'select 1 from secret where key_id is not null and not key_id = any($1::text[]) limit 1',
    [keys.map(({ id }) => id)],
  );
  return rows.length;
}

/** Secrets that were sealed before keys had names. */
function listNameless(sql: Sql, limit: number): Promise<SealedSecret[]> {
  return sql.rows(
    `select id, team_id as "teamId", sealed, key_id as "keyId" from secret where key_id is null order by id limit $1`,
    [limit],
  );
}
