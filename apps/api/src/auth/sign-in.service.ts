import type { SessionId } from '@tenon/base';
import { MemberRepository, type Identity, type SessionRecord } from '@tenon/database';
import { PASSWORD_LENGTH } from '@tenon/platform';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { authErrors } from './identity.js';
import { networkOf } from './network-of.js';
import { PasswordTries } from './password-tries.js';
import { hashPassword, isPassword, makePassword } from './passwords.js';
import { SessionEnds } from './session-ends.js';

const MAX_CLIENT = 200;

/** Where somebody signs in: the address and name of their browser, and how many days the session lasts without use. */
export interface SignInPlace {
  readonly address: string;
  readonly client: string;
  readonly days: number;
}

/** Signing in and out, and changing one's password. */
@Injectable()
export class SignInService {
  // compared with when there is no such member, so that the answer takes as long
  private readonly nobody = hashPassword(randomBytes(16).toString('hex'));

  constructor(
    private readonly members: MemberRepository,
    private readonly ends: SessionEnds,
    private readonly tries: PasswordTries,
  ) {}

  /**
   * Opens a browser session.
   * @returns the token for the cookie
   * @throws auth.wrongCredentials, auth.tooManyTries
   */
  async signIn(email: string, password: string, from: SignInPlace): Promise<string> {
    const { client, days } = from;
    const network = networkOf(from.address);
    const account = email.trim().toLowerCase().slice(0, 320);
    const member = await this.members.findByEmail(account);
    const noteRight = await this.tries.takeSignIn({ account, network, passwordHash: member?.passwordHash ?? '' });
    const isRight = await isPassword(
      password.slice(0, PASSWORD_LENGTH.most),
      member?.passwordHash ?? (await this.nobody),
    );
    const token = randomBytes(32).toString('base64url');
    const isOpen =
      member &&
      isRight &&
      (await this.members.createSession(member.memberId, {
        token,
        kind: 'browser',
        client: client.slice(0, MAX_CLIENT),
        days,
        // checking takes a while, in which the password may have been changed and every session ended
        passwordHash: member.passwordHash,
      }));
    if (!isOpen) throw authErrors.wrongCredentials('E-mail or password is wrong.');
    await noteRight();
    return token;
  }

  listSessions({ memberId, tokenHash }: Identity): Promise<SessionRecord[]> {
    return this.members.listSessions(memberId, tokenHash);
  }

  /** Ends a session of the member, with what it has open. @throws session.missing */
  async endSession({ memberId }: Identity, id: SessionId): Promise<void> {
    await this.members.endSessionOf(memberId, id);
    await this.ends.tell(memberId);
  }

  /** Ends every browser session of the member but the one in hand. @returns how many */
  async endOtherSessions({ memberId, tokenHash }: Identity): Promise<number> {
    const count = await this.members.endOtherSessions(memberId, tokenHash);
    await this.ends.tell(memberId);
    return count;
  }

  /** Ends the session in hand, with what it has open. */
  async signOut({ memberId, tokenHash }: Identity): Promise<void> {
    await this.members.endSession(tokenHash);
    await this.ends.tell(memberId);
  }

  /** Sets a new password and ends every other session. @throws auth.wrongCredentials, auth.weakPassword, auth.tooManyTries */
  async changePassword(identity: Identity, current: string, next: string): Promise<void> {
    const noteRight = await this.tries.takeChange(identity.tokenHash);
    if (!(await isPassword(current, await this.members.getPasswordHash(identity.memberId))))
      throw authErrors.wrongCredentials('The current password is wrong.');
    await noteRight();
    const { least, most } = PASSWORD_LENGTH;
    if (next.length < least || next.length > most)
      throw authErrors.weakPassword(`A password has ${least} to ${most} characters.`);
    await this.members.setPassword(identity.memberId, await hashPassword(next), identity.tokenHash);
    await this.ends.tell(identity.memberId);
  }

  /**
   * Gives the owner a new password in place of a forgotten one and ends every browser session. Only for the API token
   * that lies beside the data: whoever has it can read them anyway, and a browser left open must not do it.
   * @returns the new password, which is stored nowhere
   * @throws auth.ownerTokenNeeded
   */
  async resetPassword({ kind, role, memberId }: Identity): Promise<string> {
    if (role !== 'owner' || kind !== 'token')
      throw authErrors.ownerTokenNeeded('Only the owner’s API token resets the password; use "tenon owner reset".');
    const password = makePassword();
    await this.members.setPassword(memberId, await hashPassword(password));
    await this.ends.tell(memberId);
    return password;
  }
}
