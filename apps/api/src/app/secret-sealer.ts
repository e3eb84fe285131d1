import type { TeamId } from '@tenon/base';
import type { PostgresSecretStore, Sql } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { SECRETS } from '../parts.js';
import type { ReadDefinition } from './definition.thread.js';

/** The door to storage for every definition: seals the values of its secret variables in the transaction that stores it. */
@Injectable()
export class SecretSealer {
  constructor(@Inject(SECRETS) private readonly secrets: PostgresSecretStore) {}

  /** Does work that stores a definition in a transaction of its own, which seals: see `PostgresSecretStore.sealing`. */
  storing<T>(work: () => Promise<T>): Promise<T> {
    return this.secrets.sealing(work);
  }

  /**
   * The text of the definition with, in place of each secret, a reference to where it is sealed.
   * @throws secret.missing when it names a secret that the team does not have
   */
  async seal(sql: Sql, teamId: TeamId, { definition, secrets }: ReadDefinition): Promise<string> {
    const store = this.secrets.within(sql);
    const sealed = new Map<string, string>();
    for (const { placeholder, value } of secrets) sealed.set(placeholder, await store.seal(teamId, value));
    const named = [...definition.matchAll(REFERENCE)].map(([, id = '']) => id).filter((id) => !sealed.has(id));
    if (named.length > 0) await store.check(teamId, named);
    // once over the text, which may be long and hold thousands
    return definition.replace(REFERENCE, (reference, id: string) => reference.replace(id, sealed.get(id) ?? id));
  }
}

// inside a text of the definition its quotes are escaped
const REFERENCE = /"\$secret":"((?:[^"\\]|\\.)*)"/g;
