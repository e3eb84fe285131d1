import type { AppId, ConversationId, RunId, TeamId } from '@tenon/base';
import type { Outputs, Plan } from '@tenon/engine';
import { aheadOf, DATABASE_MS } from './clocks.js';
import type { Sql } from './database.js';

/** How long a claim holds before another worker may take the row, in seconds. */
const CLAIM_SECONDS = 5;

/**
 * SQL: whether a claim still holds. One that would hold for more than a minute was made before the clock was set back;
 * somewhat longer than claims are made for may be one of a transaction that began later than this.
 */
export const holds = (until: string) => `coalesce(${until} > now() and ${until} < now() + interval '1 minute', false)`;
/** A worker that notes why a run cannot go on does so again before that, while it still cannot; in seconds. */
const NOTED_SECONDS = 8;
/** A later answer does not tell what time it is, in milliseconds. */
const PROMPT_MS = 1_000;

/** A queued run with all that its workflow is given. */
export interface QueuedRun {
  readonly id: RunId;
  readonly teamId: TeamId;
  readonly appId: AppId;
  readonly conversationId: ConversationId | null;
  /** By what the logs name the request that started it. */
  readonly requestId: string | null;
  readonly planHash: string;
  readonly plan: Plan;
  readonly inputs: Outputs;
  readonly system: Outputs;
}

/**
 * Claims queued runs, oldest first, for starting. A team gets no more than `maxRunsPerTeam` under way; the rest stay
 * queued. The claim runs out by itself, so a worker that dies while it starts a run delays it by seconds only; a claim
 * that a crash of the database loses harms nobody, so its commit is relaxed.
 */
export function claimQueuedRuns(sql: Sql, limit: number, maxRunsPerTeam: number): Promise<QueuedRun[]> {
  return sql.rows(CLAIM_RUNS, [limit, maxRunsPerTeam]);
}

const CLAIM_RUNS = `
with relaxed as materialized (select set_config('synchronous_commit', 'off', true)), busy as (
  select team_id, count(*) as runs from run where finished_at is null and relayed_at is not null group by team_id
), placed as (
  select run.id, coalesce(busy.runs, 0) + row_number() over (partition by run.team_id order by run.created_at, run.id)
    as place
  from run left join busy using (team_id)
  where run.status = 'queued' and run.relayed_at is null
), due as (
  select run.id from run join placed using (id)
  where placed.place <= $2 and run.status = 'queued' and run.relayed_at is null
    and not ${holds('run.relay_until')}
  order by run.created_at, run.id limit $1
  for update of run skip locked
), claimed as (
  update run set relay_until = now() + interval '${CLAIM_SECONDS} seconds' from due, relaxed where run.id = due.id
  returning run.*
)
select claimed.id, claimed.team_id as "teamId", claimed.app_id as "appId",
  claimed.conversation_id as "conversationId", claimed.request_id as "requestId", claimed.plan_hash as "planHash", plan.document as plan,
  claimed.inputs, claimed.system
from claimed join plan on plan.team_id = claimed.team_id and plan.hash = claimed.plan_hash
order by claimed.created_at, claimed.id`;

/**
 * Notes that the workflows have the runs, unless their first events said so already or the runs went back meanwhile.
 * The commit is relaxed: a note that a crash of the database loses is made again when the claim has run out, and
 * starting twice is harmless.
 */
export async function markRelayed(sql: Sql, runIds: readonly RunId[]): Promise<void> {
  await sql.rows(
    `with relaxed as materialized (select set_config('synchronous_commit', 'off', true))
     update run set relayed_at = now(), relay_error = null, touched_at = now() from relaxed
     where id = any($1::uuid[]) and relayed_at is null and relay_until is not null`,
    [runIds],
  );
}

/** Gives a run back that could not be started, with the reason that screens show until it starts. */
export async function releaseRun(sql: Sql, runId: RunId, reason: string): Promise<void> {
  await sql.rows(
    `update run set relay_until = now() + interval '1 second', relay_error = $2 where id = $1 and relayed_at is null`,
    [runId, reason],
  );
}

/** Something a person wants of a run. */
export interface RunCommand {
  readonly id: string;
  readonly teamId: TeamId;
  readonly runId: RunId;
  readonly type: 'stop';
  readonly reason: string;
}

/** Claims undelivered commands, oldest first; the claim runs out like that of a run. */
export function claimCommands(sql: Sql, limit: number): Promise<RunCommand[]> {
  return sql.rows(
    `with due as (
       select id from run_command where delivered_at is null and not ${holds('claimed_until')}
       order by created_at limit $1 for update skip locked
     ), claimed as (
       update run_command set claimed_until = now() + interval '${CLAIM_SECONDS} seconds' from due
       where run_command.id = due.id returning run_command.*
     )
     select id, team_id as "teamId", run_id as "runId", type, reason from claimed order by created_at`,
    [limit],
  );
}

export async function markDelivered(sql: Sql, commandId: string): Promise<void> {
  await sql.rows('update run_command set delivered_at = now() where id = $1', [commandId]);
}

/** Gives a command back that cannot be delivered yet. */
export async function releaseCommand(sql: Sql, commandId: string): Promise<void> {
  await sql.rows('update run_command set claimed_until = null where id = $1', [commandId]);
}

/**
 * A worker says that it lives, whether the workflow server answers it, and how far its clock was ahead. One row a worker,
 * beaten every second.
 * @returns how far its clock is ahead of that of the database, in milliseconds; undefined where the answer came too late to
 *          tell
 */
export async function beatLease(
  sql: Sql,
  workerId: string,
  isServerAway = false,
  clockAheadMs?: number,
): Promise<number | undefined> {
  const askedMs = Date.now();
  const [row] = await sql.rows<{ databaseMs: number }>(
    `insert into worker_lease (worker_id, server_away_since) values ($1, case when $2::boolean then now() end)
     on conflict (worker_id) do update set beat_at = now(), clock_ahead_ms = coalesce($3, worker_lease.clock_ahead_ms),
       server_away_since = case when $2 then coalesce(worker_lease.server_away_since, now()) end
     returning ${DATABASE_MS} as "databaseMs"`,
    [workerId, isServerAway, clockAheadMs ?? null],
  );
  return row && Date.now() - askedMs < PROMPT_MS ? aheadOf(row.databaseMs, askedMs) : undefined;
}

/** Forgets a worker that ended in order, and those that have been silent for a day. */
export async function endLease(sql: Sql, workerId: string): Promise<void> {
  await sql.rows(`delete from worker_lease where worker_id = $1 or beat_at < now() - interval '1 day'`, [workerId]);
}

/** A run that the workflow should have and that nobody has heard of for a while. */
export interface SilentRun {
  readonly id: RunId;
  readonly teamId: TeamId;
  /** When its workflow was started, to the microsecond. */
  readonly relayedAt: string;
  /** When it was last heard of, to the microsecond. */
  readonly touchedAt: string;
}

/**
 * Relayed, unfinished runs without any news for `seconds`, and those that could not go on; longest silent first.
 * @param page.asOf   a time of the database in milliseconds; now when left out
 * @param page.after  the last one of the page before
 */
export function listSilentRuns(
  sql: Sql,
  seconds: number,
  limit: number,
  { asOf, after }: { readonly asOf?: number; readonly after?: SilentRun | undefined } = {},
): Promise<SilentRun[]> {
  return sql.rows(
    `with look as (
       select coalesce(to_timestamp($6::float8 / 1000), now()) as at
     )
     select id, team_id as "teamId", relayed_at::text as "relayedAt", touched_at::text as "touchedAt" from look, run
     where finished_at is null and relayed_at is not null
       and (touched_at not between look.at - make_interval(secs => $1) and look.at + interval '1 minute'
         or attention_reason is not null and touched_at < look.at - make_interval(secs => least($1, $3)))
       and ($4::timestamptz is null or (touched_at, id) > ($4, $5::uuid))
     order by touched_at, id limit $2`,
    [seconds, limit, NOTED_SECONDS, after?.touchedAt ?? null, after?.id ?? null, asOf ?? null],
  );
}

/** Notes that a silent run was looked at and is fine. */
export async function touchRun(sql: Sql, runId: RunId): Promise<void> {
  await sql.rows('update run set touched_at = now(), attention_reason = null, attention_since = null where id = $1', [
    runId,
  ]);
}

/**
 * Puts a run back into the queue whose workflow does not exist. It begins anew, and its second story is merged into the
 * record: who follows the run goes on, what was finished is not done again, and a wish to stop it holds.
 * @param relayedAt  when the workflow was started that does not exist: somebody else may have started another since
 */
export async function requeueRun(sql: Sql, runId: RunId, relayedAt?: string): Promise<void> {
  await sql.rows(requeue('id = $1 and ($2::timestamptz is null or relayed_at = $2) and'), [runId, relayedAt ?? null]);
}

const requeue = (which: string) => `
with lost as (
  select id from run where ${which} finished_at is null for update
), commands as (
  update run_command set delivered_at = null, claimed_until = null from lost where run_command.run_id = lost.id
)
update run set status = 'queued', is_merged = true, relayed_at = null, relay_until = null, relay_error = null,
  touched_at = now(), attention_reason = null, attention_since = null
from lost where run.id = lost.id`;

/** SQL: the same of all runs that have not ended, after which no workflow server may know any of them. */
export const REQUEUE_OPEN = requeue('');

/** Removes live text of runs that ended a day ago: the finished values are in the steps. */
export async function removeOldText(sql: Sql): Promise<void> {
  await sql.rows(
    `delete from text_chunk using run where run.id = text_chunk.run_id
     and text_chunk.created_at < now() - interval '1 day' and run.finished_at < now() - interval '1 day'`,
  );
}
