import type { AppId, ConversationId, RunId, TeamId } from '@tenon/base';
import { v7 } from 'uuid';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';

/** What an aged run is like. */
export interface AgedRun {
  readonly daysAgo: number;
  /** Default true: a run of a version. */
  readonly isPublished?: boolean;
  /** Default `succeeded`. */
  readonly status?: 'succeeded' | 'running' | 'queued';
  readonly conversationId?: ConversationId;
  readonly planHash?: string;
}

type Owner = { readonly teamId: TeamId; readonly appId: AppId };

/** The id of what was made some days ago. */
export function agedId(daysAgo: number): string {
  return v7({ msecs: Date.now() - daysAgo * 86_400_000 });
}

/** A run that was accepted, and unless it is open has ended, some days ago, with a row in each table of its record. */
export async function seedAgedRun(database: Database, owner: Owner, run: AgedRun): Promise<RunId> {
  const { daysAgo, isPublished = true, status = 'succeeded', conversationId = null, planHash = 'plan' } = run;
  const id = agedId(daysAgo) as RunId;
  const isEnded = status === 'succeeded';
  await database.rows(
    `insert into run (id, team_id, app_id, version_id, plan_hash, conversation_id, channel, inputs, system, status,
       created_at, touched_at, relayed_at, finished_at)
     select $1, $2, $3, $4, $5, $6, 'test', '{}', '{}', $7, at, at, case when $8 then at end, case when $9 then at end
     from (select now() - make_interval(days => $10) as at) aged`,
    [
      ...[id, owner.teamId, owner.appId, isPublished ? newId() : null, planHash, conversationId, status],
      ...[status !== 'queued', isEnded, daysAgo],
    ],
  );
  for (const statement of RECORD) await database.rows(statement, [id]);
  if (conversationId)
    await database.rows(
      `insert into message (run_id, team_id, conversation_id, query, answer, status, created_at)
       select id, team_id, conversation_id, 'Hello?', 'Hello.', 'answered', created_at from run where id = $1`,
      [id],
    );
  return id;
}

const RECORD = [
  `insert into run_event (run_id, seq, at, type, payload) values ($1, 1, now(), 'run.started', '{}')`,
  `insert into step (run_id, step_key, status, seq, first_seq) values ($1, 'a', 'succeeded', 1, 1)`,
  `insert into attempt (run_id, step_key, attempt, execution, cause, worker_id) values ($1, 'a', 1, 1, 'first', 'w')`,
  `insert into text_chunk (run_id, step_key, attempt, execution, channel, "offset", text)
   values ($1, 'a', 1, 1, 'text', 0, 'Hello')`,
  `insert into carried_run (run_id, history, document) values ($1, 2, '{}')`,
  `insert into run_command (id, team_id, run_id, type, delivered_at) select $1, team_id, id, 'stop', now() from run where id = $1`,
];

/** A conversation that was begun some days ago. */
export async function seedConversation(database: Database, owner: Owner, daysAgo: number): Promise<ConversationId> {
  const id = agedId(daysAgo) as ConversationId;
  await database.rows('insert into conversation (id, team_id, app_id) values ($1, $2, $3)', [
    id,
    owner.teamId,
    owner.appId,
  ]);
  return id;
}

/** The tables that still hold something of a run. */
export async function tablesOf(database: Database, runId: RunId): Promise<string[]> {
  const tables = ['run_event', 'step', 'attempt', 'text_chunk', 'message', 'carried_run', 'run_command'];
  const parts = [
    `select 'run' as name from run where id = $1`,
    ...tables.map((name) => `select '${name}' from ${name} where run_id = $1`),
  ];
  const rows = await database.rows<{ name: string }>(parts.join(' union all '), [runId]);
  return rows.map(({ name }) => name);
}
