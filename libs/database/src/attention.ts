import type { RunId, TeamId } from '@tenon/base';
import type { Sql } from './database.js';

/** SQL, of a row of `worker_lease`: its worker was heard of so lately that it may only be starting anew. */
const IS_ABOUT = `beat_at between now() - interval '10 seconds' and now() + interval '10 seconds'`;

const NO_WORKER = 'No worker is there to carry the run on; it goes on when one starts.';
const SERVER_AWAY = 'The workflow server does not answer; the run goes on when it is back.';

/** Why a run that is under way cannot go on. */
export interface RunAttention {
  /** One sentence for the person who can act. */
  readonly reason: string;
  readonly since: Date;
}

/**
 * Notes on a run why it cannot go on, and that it was looked at. The note goes with the next event of the run, or when
 * `touchRun` finds it well. @param since  kept of an earlier note that still stands
 */
export async function noteAttention(sql: Sql, runId: RunId, { reason, since }: RunAttention): Promise<void> {
  await sql.rows(
    `update run set touched_at = now(), attention_reason = $2, attention_since = coalesce(attention_since, $3)
     where id = $1 and finished_at is null`,
    [runId, reason, since],
  );
}

/** SQL, a clause of a `with`: one row of how many workers there are, and how many the workflow server answers. */
export const WORKERS = `worker as (
  select count(*) as alive, count(*) filter (where server_away_since is null) as serving,
    min(server_away_since) as away_since
  from worker_lease where ${IS_ABOUT}
)`;

/** Since when the workflow server answers no worker, although workers are there; undefined while it answers one. */
export async function findServerAbsence(sql: Sql): Promise<Date | undefined> {
  const [row] = await sql.rows<{ awaySince: Date | null }>(
    `with ${WORKERS} select case when alive > 0 and serving = 0 then away_since end as "awaySince" from worker`,
  );
  return row?.awaySince ?? undefined;
}

/** SQL, of a row of `run` beside that of `WORKERS`: the run is under way and cannot go on. */
export const NEEDS_ATTENTION = `(run.finished_at is null and run.relayed_at is not null
  and (run.attention_reason is not null or worker.serving = 0))`;

/**
 * Of each run that is under way and cannot go on, what is noted on it, or else what keeps all runs from going on: no
 * worker, or a workflow server that is away. A run that can go on, waits in the queue or has ended is not in it.
 */
export async function listAttention(
  sql: Sql,
  teamId: TeamId,
  runIds: readonly RunId[],
): Promise<ReadonlyMap<RunId, RunAttention>> {
  const rows = await sql.rows<RunAttention & { readonly runId: RunId }>(ATTENTION, [
    teamId,
    runIds,
    NO_WORKER,
    SERVER_AWAY,
  ]);
  return new Map(rows.map(({ runId, reason, since }) => [runId, { reason, since }]));
}

const ATTENTION = `
with ${WORKERS}
select run.id as "runId",
  coalesce(run.attention_reason, case when worker.alive = 0 then $3 else $4 end) as reason,
  coalesce(run.attention_since, worker.away_since,
    greatest(run.touched_at, (select max(beat_at) from worker_lease))) as since
from run cross join worker
where run.team_id = $1 and run.id = any($2::uuid[]) and ${NEEDS_ATTENTION}`;
