import { passwordTryTable, type Database } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DATABASE } from '../parts.js';
import { authErrors } from './identity.js';

const DAY_SECONDS = 86_400;

/** Wrong passwords before a wait, and for how many seconds they count. */
const LIMITS = {
  /** Of all accounts, from one network. */
  network: { points: 50, duration: 300 },
  /** Of one account, from one network. One that takes all of them does not use up those of the account. */
  place: { points: 10, duration: 900 },
  /** Of one account, from all networks from which nobody has signed in to it: many guess together, or take turns. */
  account: { points: 1_000, duration: DAY_SECONDS },
  /** Of the member of a session, who wants another password. */
  session: { points: 10, duration: 900 },
  /** No limit: notes from where somebody has signed in to an account. */
  known: { points: 1, duration: 90 * DAY_SECONDS },
};

/** Who tries to sign in, and from where. `passwordHash` is empty where there is no such member. */
export interface SignInTry {
  readonly account: string;
  readonly network: string;
  readonly passwordHash: string;
}

/**
 * Counts tries of passwords for all processes together, and refuses those that are too many. Strangers cannot keep a member
 * out: what is refused to them is refused to their network, or to networks that are new to the account.
 */
@Injectable()
export class PasswordTries {
  private readonly limiters: Readonly<Record<keyof typeof LIMITS, RateLimiterPostgres>>;

  constructor(@Inject(DATABASE) database: Database) {
    const create = (name: keyof typeof LIMITS) => createLimiter(database, name);
    this.limiters = {
      network: create('network'),
      place: create('place'),
      account: create('account'),
      session: create('session'),
      known: create('known'),
    };
  }

  /**
   * Takes a try to sign in.
   * @returns to be called when the password was right: the try does not count, and the network is known from now on
   * @throws auth.tooManyTries
   */
  async takeSignIn({ account, network, passwordHash }: SignInTry): Promise<() => Promise<void>> {
    const { known, ...limiters } = this.limiters;
    const knownKey = keyOf(account, network);
    // for a new password, guessing begins anew: whoever has forgotten theirs and has it reset need not wait
    const placeKey = keyOf(account, network, passwordHash);
    const accountKey = keyOf(account, passwordHash);
    await take(limiters.network, network);
    await take(limiters.place, placeKey);
    const isKnown = (await known.get(knownKey)) !== null;
    if (!isKnown) await take(limiters.account, accountKey);
    return async () => {
      await limiters.network.reward(network);
      await limiters.place.delete(placeKey);
      if (!isKnown) await limiters.account.reward(accountKey);
      await known.set(knownKey, 1, LIMITS.known.duration);
    };
  }

  /**
   * Takes a try to change the password in a session.
   * @returns to be called when the current password was right
   * @throws auth.tooManyTries
   */
  async takeChange(tokenHash: string): Promise<() => Promise<void>> {
    const { session } = this.limiters;
    await take(session, tokenHash);
    return async () => void (await session.delete(tokenHash));
  }
}

function createLimiter(database: Database, name: keyof typeof LIMITS): RateLimiterPostgres {
  const { points, duration } = LIMITS[name];
  return new RateLimiterPostgres({
    ...passwordTryTable(database),
    ...{ keyPrefix: name, points, duration },
    // one of them removes what is over for all
    clearExpiredByTimeout: name === 'network',
    // who is refused once is refused without a statement until the time is over
    inMemoryBlockOnConsumed: points + 1,
  });
}

/** What people enter for their name may be a password by mistake: it is kept as a hash. */
function keyOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function take(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.ceil(refusal.msBeforeNext / 1000);
    throw authErrors.tooManyTries(`Too many tries; wait ${seconds} seconds.`, { retryAfterMs: refusal.msBeforeNext });
  }
}
