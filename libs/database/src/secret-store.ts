import { isTenonError, isUuid, type TeamId } from '@tenon/base';
import { secretErrors, type SealingKey, type SealingKeys, type SecretStore } from '@tenon/ports';
import type { Sql } from './database.js';
import { newId } from './new-id.js';
import { openValue, sealValue } from './sealed-value.js';

/** A secret as it is stored. */
export interface SealedSecret {
  readonly id: string;
  readonly teamId: string;
  readonly sealed: string;
  /** Names the key that opens it; null for what was sealed before keys had names. */
  readonly keyId: string | null;
}

/**
 * Secrets in Postgres. Keys may be renewed at any moment by another process: a value whose key is not known is looked
 * for again with the keys as they are now, and a key that is retired seals nothing any more.
 */
export class PostgresSecretStore implements SecretStore {
  /** @param onOpen  is told each secret that is opened or sealed, for whoever must not repeat it */
  constructor(
    private readonly sql: Sql,
    private readonly keys: SealingKeys,
    private readonly onOpen: (plain: string) => void = () => undefined,
    private readonly isInside = false,
  ) {}

  /** This store inside a transaction that is under way, where sealing does not look for keys: see `sealing`. */
  within(sql: Sql): PostgresSecretStore {
    return new PostgresSecretStore(sql, this.keys, this.onOpen, true);
  }

  /**
   * Does work whose transaction seals, and once more with the keys as they are now when the key that seals is retired or
   * has sealed nothing yet.
   */
  async sealing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.isInside || !isTenonError(error) || error.code !== 'secret.wrongKey') throw error;
    }
    await this.keys.reload();
    const [key] = this.keys.list() as [SealingKey];
    await this.sql.rows('insert into secret_key (id) values ($1) on conflict do nothing', [key.id]);
    return work();
  }

  /** @throws secret.wrongKey */
  async seal(teamId: TeamId, plain: string): Promise<string> {
    this.onOpen(plain);
    return this.sealing(() => this.sealWithFirst(teamId, plain));
  }

  async open(teamId: TeamId, secretId: string): Promise<string> {
    const plain = await this.tryOpen(teamId, secretId);
    if (plain !== undefined) return plain;
    // the keys were renewed meanwhile, or the value was sealed anew after it was read
    await this.keys.reload();
    const again = await this.tryOpen(teamId, secretId);
    if (again !== undefined) return again;
    throw secretErrors.wrongKey(
      'The secret cannot be opened with this key; start with the TENON_SECRET_KEY it was sealed with.',
    );
  }

  /** @throws secret.missing unless the team has all of these secrets */
  async check(teamId: TeamId, secretIds: readonly string[]): Promise<void> {
    const missing = secretIds.every(isUuid)
      ? await this.sql.rows(
          `select from unnest($2::uuid[]) as named (id)
           where not exists (select from secret where team_id = $1 and id = named.id) limit 1`,
          [teamId, secretIds],
        )
      : secretIds;
    if (missing.length > 0) throw gone();
  }

  /** @throws secret.wrongKey when the key is retired, or seals for the first time */
  private async sealWithFirst(teamId: TeamId, plain: string): Promise<string> {
    const [key] = this.keys.list() as [SealingKey];
    const id = newId<string>();
    const [row] = await this.sql.rows<{ id: string }>(SEAL, [
      id,
      teamId,
      sealValue(plain, key, { teamId, id }),
      key.id,
    ]);
    if (row) return row.id;
    throw secretErrors.wrongKey(
      'The key of this process was replaced by "tenon secrets rotate"; start it with the one that came after.',
    );
  }

  /** @throws secret.missing */
  private async tryOpen(teamId: TeamId, id: string): Promise<string | undefined> {
    const [row] = await this.sql.rows<SealedSecret>(
      `select id, team_id as "teamId", sealed, key_id as "keyId" from secret where team_id = $1 and id = $2`,
      [teamId, id],
    );
    if (!row) throw gone();
    const plain = openWithAny(row, this.keys.list());
    if (plain !== undefined) this.onOpen(plain);
    return plain;
  }
}

/** The key cannot be retired before the secret is stored. */
const SEAL = `
with usable as (select id from secret_key where id = $4 and retired_at is null for share)
insert into secret (id, team_id, sealed, key_id) select $1::uuid, $2::uuid, $3, usable.id from usable returning id`;

const gone = () => secretErrors.missing('The secret is gone; enter it again.');

/** The plain value; undefined when none of the keys opens it. */
export function openWithAny(row: SealedSecret, keys: readonly SealingKey[]): string | undefined {
  for (const key of keys) {
    if (row.keyId !== null && row.keyId !== key.id) continue;
    try {
      return openValue(row.sealed, key, row);
    } catch {
      // another key, or none
    }
  }
  return undefined;
}
