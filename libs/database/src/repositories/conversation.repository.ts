import type { AppId, ConversationId, RunId, TeamId } from '@tenon/base';
import type { Database } from '../database.js';

export interface ConversationRecord {
  readonly id: ConversationId;
  readonly appId: AppId;
  readonly name: string;
  readonly createdAt: Date;
}

export interface MessageRecord {
  readonly runId: RunId;
  readonly query: string;
  readonly answer: string | null;
  readonly status: 'running' | 'answered' | 'failed' | 'stopped';
  readonly createdAt: Date;
}

/** Threads of messages. Messages are written with the events of their runs, see record-events.ts. */
export class ConversationRepository {
  constructor(private readonly database: Database) {}

  async find(teamId: TeamId, id: ConversationId): Promise<ConversationRecord | undefined> {
    const [row] = await this.database.rows<ConversationRecord>(
      `select id, app_id as "appId", name, created_at as "createdAt" from conversation where team_id = $1 and id = $2`,
      [teamId, id],
    );
    return row;
  }

  /** A page of an app's conversations, newest first. */
  list(
    teamId: TeamId,
    appId: AppId,
    page: { readonly first: number; readonly after?: ConversationId },
  ): Promise<ConversationRecord[]> {
    return this.database.rows(
      `select id, app_id as "appId", name, created_at as "createdAt" from conversation
       where team_id = $1 and app_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
      [teamId, appId, page.after ?? null, page.first],
    );
  }

  /** The newest messages of a thread, oldest first. */
  async listMessages(teamId: TeamId, id: ConversationId, limit: number): Promise<MessageRecord[]> {
    const rows = await this.database.rows<MessageRecord>(
      `select run_id as "runId", query, answer, status, created_at as "createdAt" from message
       where team_id = $1 and conversation_id = $2 order by created_at desc, run_id desc limit $3`,
      [teamId, id, limit],
    );
    return rows.reverse();
  }

  /** Runs of a thread that were accepted so far: the number of the round in hand is one more. */
  async countRounds(teamId: TeamId, id: ConversationId): Promise<number> {
    const [row] = await this.database.rows<{ rounds: number }>(
      'select count(*)::int as rounds from run where team_id = $1 and conversation_id = $2',
      [teamId, id],
    );
    return row?.rounds ?? 0;
  }
}
