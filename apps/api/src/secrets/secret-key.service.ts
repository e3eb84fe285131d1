import { MemberRepository, rotateSecrets, type Database, type Identity } from '@tenon/database';
import type { Logger, RenewableKeys } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { authErrors } from '../auth/identity.js';
import { SessionEnds } from '../auth/session-ends.js';
import { DATABASE, LOGGER, SECRET_KEYS } from '../parts.js';

/** What a renewal of the key came to. */
export interface KeyRotation {
  readonly secrets: number;
  readonly sessions: number;
}

/** The key that seals the secrets of all teams. */
@Injectable()
export class SecretKeyService {
  constructor(
    private readonly members: MemberRepository,
    private readonly ends: SessionEnds,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SECRET_KEYS) private readonly keys: RenewableKeys,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Seals every secret with a new key, gives the old ones up, and ends every browser session: whoever could read the key
   * may have read more. Only for the API token that lies beside the data.
   * @throws auth.ownerTokenNeeded, secret.isBeingRotated, secret.wrongKey, secretKey.givenFromOutside
   */
  async rotate({ kind, memberId }: Identity): Promise<KeyRotation> {
    const owner = await this.members.findOwner();
    if (kind !== 'token' || owner?.memberId !== memberId)
      throw authErrors.ownerTokenNeeded('Only the owner’s API token renews the key; use "tenon secrets rotate".');
    const secrets = await rotateSecrets(this.database, this.keys);
    const ended = await this.members.endBrowserSessions();
    await Promise.all([...new Set(ended)].map((member) => this.ends.tell(member)));
    this.logger.warn({ secrets, sessions: ended.length }, 'the key that seals secrets was renewed');
    return { secrets, sessions: ended.length };
  }
}
