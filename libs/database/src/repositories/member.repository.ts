import { defineErrors, type MemberId, type SessionId, type TeamId } from '@tenon/base';
import { createHash } from 'node:crypto';
import type { Database, Sql } from '../database.js';
import { newId } from '../new-id.js';

/** Failures of ending a session. */
export const sessionErrors = defineErrors('session', { missing: 'missing' });

export type Role = 'owner' | 'member';

/** Who is asking: a member of a team, by a session of a browser or an API token. */
export interface Identity {
  readonly memberId: MemberId;
  readonly teamId: TeamId;
  readonly teamName: string;
  readonly email: string;
  readonly role: Role;
  /** By what the asking one was known: a browser's session, or an API token. */
  readonly kind: 'browser' | 'token';
  /** Names the session or token in hand, so that others can be ended. */
  readonly tokenHash: string;
}

/** How a member wants to see the console; null: nothing was chosen. */
export interface AppearanceRecord {
  /** A BCP 47 tag. */
  readonly language: string | null;
  readonly theme: 'system' | 'light' | 'dark' | null;
  /** What the steps of a run do is read out to them. */
  readonly announcesRuns: boolean | null;
  /** Keys that are single letters or signs do something. */
  readonly hasLetterKeys: boolean | null;
}

const APPEARANCE = `language, theme, announces_runs as "announcesRuns", has_letter_keys as "hasLetterKeys"`;

/** A session as its member is shown it. */
export interface SessionRecord {
  readonly id: SessionId;
  readonly kind: Identity['kind'];
  readonly name: string;
  readonly client: string;
  readonly isCurrent: boolean;
  readonly createdAt: Date;
  readonly usedAt: Date;
  readonly expiresAt: Date | null;
}

/** Owners who are named to whoever may not do something. */
const SHOWN_OWNERS = 3;
/** Sessions that a member is shown. */
const SHOWN_SESSIONS = 100;

/** People and their sessions. Tokens are stored as hashes: whoever reads the table can use none. */
export class MemberRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes the first team with its owner, unless there is a member already.
   * @returns the owner's ids, or undefined when somebody was first
   */
  createFirstOwner(owner: {
    readonly teamName: string;
    readonly email: string;
    readonly passwordHash: string;
  }): Promise<{ teamId: TeamId; memberId: MemberId } | undefined> {
    const ids = { teamId: newId<TeamId>(), memberId: newId<MemberId>() };
    return this.database.inTransaction(async (sql) => {
      // two processes may start at once: the lock lets one of them see the other's owner
      await sql.rows('lock table member in exclusive mode');
      const [any] = await sql.rows('select 1 from member limit 1');
      if (any) return undefined;
      await sql.rows('insert into team (id, name) values ($1, $2)', [ids.teamId, owner.teamName]);
      await sql.rows('insert into member (id, team_id, email, password_hash, role) values ($1, $2, $3, $4, $5)', [
        ids.memberId,
        ids.teamId,
        owner.email,
        owner.passwordHash,
        'owner',
      ]);
      return ids;
    });
  }

  /** The oldest owner, who is told about on the command line. */
  async findOwner(): Promise<{ teamId: TeamId; memberId: MemberId; email: string } | undefined> {
    const [row] = await this.database.rows<{ teamId: TeamId; memberId: MemberId; email: string }>(
      `select team_id as "teamId", id as "memberId", email from member where role = 'owner' order by id limit 1`,
    );
    return row;
  }

  /** E-mail addresses of a team's owners, the oldest first. */
  async listOwners(teamId: TeamId): Promise<readonly string[]> {
    const rows = await this.database.rows<{ email: string }>(
      `select email from member where team_id = $1 and role = 'owner' order by id limit ${SHOWN_OWNERS}`,
      [teamId],
    );
    return rows.map(({ email }) => email);
  }

  /** The hash of a member's password, and whether it is still the one that the member was made with. */
  async getPassword(memberId: MemberId): Promise<{ hash: string; isFirst: boolean } | undefined> {
    const [row] = await this.database.rows<{ hash: string; isFirst: boolean }>(
      `select password_hash as hash, updated_at = created_at as "isFirst" from member where id = $1`,
      [memberId],
    );
    return row;
  }

  async findByEmail(email: string): Promise<{ memberId: MemberId; teamId: TeamId; passwordHash: string } | undefined> {
    const [row] = await this.database.rows<{ memberId: MemberId; teamId: TeamId; passwordHash: string }>(
      `select id as "memberId", team_id as "teamId", password_hash as "passwordHash" from member
       where lower(email) = lower($1)`,
      [email],
    );
    return row;
  }

  async getPasswordHash(memberId: MemberId): Promise<string> {
    const [row] = await this.database.rows<{ hash: string }>('select password_hash as hash from member where id = $1', [
      memberId,
    ]);
    if (!row) throw new Error(`member ${memberId} has no row`);
    return row.hash;
  }

  /** Sets a password and ends every browser session but the one in hand. */
  async setPassword(memberId: MemberId, passwordHash: string, keepTokenHash?: string): Promise<void> {
    await this.database.inTransaction(async (sql) => {
      await sql.rows('update member set password_hash = $2, updated_at = now() where id = $1', [
        memberId,
        passwordHash,
      ]);
      await removeBrowserSessions(sql, memberId, keepTokenHash);
    });
  }

  async getAppearance(memberId: MemberId): Promise<AppearanceRecord> {
    const [row] = await this.database.rows<AppearanceRecord>(`select ${APPEARANCE} from member where id = $1`, [
      memberId,
    ]);
    return row ?? { language: null, theme: null, announcesRuns: null, hasLetterKeys: null };
  }

  /** Changes what is given. */
  async saveAppearance(memberId: MemberId, changes: Partial<AppearanceRecord>): Promise<AppearanceRecord> {
    const { language = null, theme = null, announcesRuns = null, hasLetterKeys = null } = changes;
    const [row] = await this.database.rows<AppearanceRecord>(
      `update member set language = coalesce($2, language), theme = coalesce($3, theme),
         announces_runs = coalesce($4, announces_runs), has_letter_keys = coalesce($5, has_letter_keys)
       where id = $1 returning ${APPEARANCE}`,
      [memberId, language, theme, announcesRuns, hasLetterKeys],
    );
    if (!row) throw new Error(`member ${memberId} has no row`);
    return row;
  }

  /**
   * Stores a session; `token` is the secret the client keeps. A session of a browser runs out, a token does not.
   * @returns whether it was stored: not for a member whose password is another by now
   */
  async createSession(
    memberId: MemberId,
    session: {
      readonly token: string;
      readonly kind: 'browser' | 'token';
      readonly name?: string;
      /** What the browser calls itself. */
      readonly client?: string;
      readonly days?: number;
      /** Of the password that the member has given for it. */
      readonly passwordHash?: string;
    },
  ): Promise<boolean> {
    const { token, kind, name = '', client = '', days = null, passwordHash = null } = session;
    // locked, so that a password that is being changed is seen, and the change sees the session
    const stored = await this.database.rows(
      `with over as (delete from session where expires_at < now()),
         owning as (select id from member where id = $3 and password_hash = coalesce($8, password_hash) for share)
       insert into session (id, token_hash, member_id, kind, name, client, expires_at)
       select $1, $2, id, $4, $5, $6, now() + make_interval(days => $7) from owning
       on conflict (token_hash) do nothing returning id`,
      [newId(), hashToken(token), memberId, kind, name, client, days, passwordHash],
    );
    return stored.length > 0;
  }

  /** A member's sessions that have not run out, the one used last first. */
  listSessions(memberId: MemberId, currentTokenHash: string): Promise<SessionRecord[]> {
    return this.database.rows(
      `select id, kind, name, client, token_hash = $2 as "isCurrent", created_at as "createdAt", used_at as "usedAt",
         expires_at as "expiresAt"
       from session where member_id = $1 and (expires_at is null or expires_at > now())
       order by used_at desc, id desc limit ${SHOWN_SESSIONS}`,
      [memberId, currentTokenHash],
    );
  }

  /** Ends one session of a member. @throws session.missing */
  async endSessionOf(memberId: MemberId, id: SessionId): Promise<void> {
    const ended = await this.database.rows('delete from session where member_id = $1 and id = $2 returning id', [
      memberId,
      id,
    ]);
    if (ended.length === 0) throw sessionErrors.missing('There is no such session.');
  }

  /** Ends every browser session of a member but the one in hand. @returns how many */
  async endOtherSessions(memberId: MemberId, keepTokenHash?: string): Promise<number> {
    return removeBrowserSessions(this.database, memberId, keepTokenHash);
  }

  /** Replaces the token of that name, so that the old one stops working. */
  async replaceToken(memberId: MemberId, name: string, token: string): Promise<void> {
    await this.database.inTransaction(async (sql) => {
      await removeToken(sql, memberId, name, token);
      await sql.rows(
        `insert into session (id, token_hash, member_id, kind, name) values ($1, $2, $3, 'token', $4) on conflict do nothing`,
        [newId(), hashToken(token), memberId, name],
      );
    });
  }

  /** Who a token belongs to, unless it has run out. A browser session in use lasts `days` more from now. */
  async findIdentity(token: string, days: number): Promise<Identity | undefined> {
    const [row] = await this.database.rows<Identity>(
      `with found as (
         select session.token_hash, session.kind, session.used_at, member.id, member.team_id, member.email,
           member.role, team.name
         from session join member on member.id = session.member_id join team on team.id = member.team_id
         where session.token_hash = $1 and (session.expires_at is null or session.expires_at > now())
       ), used as (
         update session set used_at = now(),
           expires_at = case session.kind when 'browser' then now() + make_interval(days => $2) end
         from found
         where session.token_hash = found.token_hash and found.used_at < now() - interval '5 minutes'
       )
       select id as "memberId", team_id as "teamId", name as "teamName", email, role, kind, token_hash as "tokenHash"
       from found`,
      [hashToken(token), days],
    );
    return row;
  }

  async endSession(tokenHash: string): Promise<void> {
    await this.database.rows('delete from session where token_hash = $1', [tokenHash]);
  }

  /** Ends the browser sessions of everybody. @returns whose, each as often as there were sessions */
  async endBrowserSessions(): Promise<readonly MemberId[]> {
    const rows = await this.database.rows<{ memberId: MemberId }>(
      `delete from session where kind = 'browser' returning member_id as "memberId"`,
    );
    return rows.map(({ memberId }) => memberId);
  }
}

async function removeBrowserSessions(sql: Sql, memberId: MemberId, keepTokenHash?: string): Promise<number> {
  const ended = await sql.rows(
    `delete from session where member_id = $1 and kind = 'browser' and token_hash is distinct from $2 returning id`,
    [memberId, keepTokenHash ?? null],
  );
  return ended.length;
}

async function removeToken(sql: Sql, memberId: MemberId, name: string, keep: string): Promise<void> {
  await sql.rows(`delete from session where member_id = $1 and kind = 'token' and name = $2 and token_hash <> $3`, [
    memberId,
    name,
    hashToken(keep),
  ]);
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
