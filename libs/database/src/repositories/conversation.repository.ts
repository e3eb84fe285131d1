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

  /** The newest messages of threads, at most `limit` of each; those of one thread follow each other, oldest first. */
  async listMessages(
    teamId: TeamId,
    ids: readonly ConversationId[],
    limit: number,
  ): Promise<(MessageRecord & { readonly conversationId: ConversationId })[]> {
    return this.database.rows(
      `select thread.id as "conversationId", message.run_id as "runId", message.query, message.answer, message.status,
         message.created_at as "createdAt"
       from unnest($2::uuid[]) as thread (id)
       cross join lateral (
         select * from message where team_id = $1 and conversation_id = thread.id
         order by created_at desc, run_id desc limit $3
       ) message
       order by thread.id, message.created_at, message.run_id`,
      [teamId, ids, limit],
    );
  }

  /** The number of a thread's next round: one more than its runs so far. Undefined where the app has no such thread. */
  async findNextRound(teamId: TeamId, appId: AppId, id: ConversationId): Promise<number | undefined> {
    const [row] = await this.database.rows<{ round: number }>(
      `select 1 + (select count(*)::int from run where team_id = $1 and conversation_id = $3) as round
       from conversation where team_id = $1 and app_id = $2 and id = $3`,
      [teamId, appId, id],
    );
    return row?.round;
  }
}
