import type { TeamId } from '@tenon/base';
import { secretErrors, type SecretStore } from '@tenon/ports';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Sql } from './database.js';
import { newId } from './new-id.js';

const VERSION = 'v1';

/** Secrets in Postgres, sealed with AES-256-GCM; team and id are authenticated, so a row cannot be moved. */
export class PostgresSecretStore implements SecretStore {
  /** @param key 32 bytes */
  constructor(
    private readonly sql: Sql,
    private readonly key: Uint8Array,
  ) {
    if (key.length !== 32) throw secretErrors.wrongKey(`The secret key must be 32 bytes, not ${key.length}.`);
  }

  async seal(teamId: TeamId, plain: string): Promise<string> {
    const id = newId<string>();
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(`${teamId}/${id}`));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    await this.sql.rows('insert into secret (id, team_id, sealed) values ($1, $2, $3)', [
      id,
      teamId,
      `${VERSION}:${sealed.toString('base64')}`,
    ]);
    return id;
  }

  async open(teamId: TeamId, secretId: string): Promise<string> {
    const [row] = await this.sql.rows<{ sealed: string }>('select sealed from secret where team_id = $1 and id = $2', [
      teamId,
      secretId,
    ]);
    if (!row) throw secretErrors.missing('The secret is gone; enter it again.');
    const bytes = Buffer.from(row.sealed.slice(VERSION.length + 1), 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12))
        .setAAD(Buffer.from(`${teamId}/${secretId}`))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw secretErrors.wrongKey(
        'The secret cannot be opened with this key; start with the TENON_SECRET_KEY it was sealed with.',
        { cause },
      );
    }
  }

  async remove(teamId: TeamId, secretId: string): Promise<void> {
    await this.sql.rows('delete from secret where team_id = $1 and id = $2', [teamId, secretId]);
  }
}
