import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent, RunFact, RunOutcome, Usage } from '@tenon/engine';
import type { Database, Sql } from './database.js';
import { appendEvents } from './record-events.js';
import { holds } from './relay.js';
import { storableJson } from './storable.js';
import { takeUnread } from './unread-events.js';
import { usageOf } from './usage.js';

const NOTHING: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/** How a run ends that does not say so itself. */
type Ending = Pick<RunOutcome, 'status' | 'reason' | 'failure'>;

/**
 * Ends a run whose workflow has closed without telling: what was under way is shown as stopped, then the run as ended.
 * Events that nobody could read yet, because one before them is missing, make room. A run that has ended is left alone.
 * @param at  the time of the end, in milliseconds
 */
export async function closeRun(
  database: Database,
  run: { readonly id: RunId; readonly teamId: TeamId },
  at: number,
  how: Ending,
): Promise<void> {
  await database.inTransaction(async (sql) => {
    const [open] = await sql.rows('select id from run where id = $1 and finished_at is null for update', [run.id]);
    if (open) await tellEnd(sql, run, at, how);
  });
}

/** What stopping a run came to while it may be queued. */
export interface StoppedInQueue {
  /** It was queued, and is stopped by this. */
  readonly hasEnded: boolean;
  /** False: no relay ever took the run up, so there is no workflow. */
  readonly wasClaimed: boolean;
  /** A relay is starting the run this moment, or has just done so. */
  readonly isStarting: boolean;
}

/**
 * Stops a run of which nobody has noted that the workflow has it, and that no relay is starting unless the server did not
 * answer it before.
 */
export function endQueuedRun(database: Database, runId: RunId, reason: string, at: number): Promise<StoppedInQueue> {
  return database.inTransaction(async (sql) => {
    const [found] = await sql.rows<StoppedInQueue & { teamId: TeamId }>(
      `select team_id as "teamId", ${holds('relay_until')} as "isStarting",
         relay_until is not null or relayed_at is not null as "wasClaimed",
         finished_at is null and relayed_at is null and (relay_error is not null or not ${holds('relay_until')}) as "hasEnded"
       from run where id = $1 for update`,
      [runId],
    );
    if (!found) return { hasEnded: false, wasClaimed: false, isStarting: false };
    const { teamId, ...stopped } = found;
    if (stopped.hasEnded) await tellEnd(sql, { id: runId, teamId }, at, { status: 'stopped', reason });
    return stopped;
  });
}

async function tellEnd(
  sql: Sql,
  { id, teamId }: { readonly id: RunId; readonly teamId: TeamId },
  at: number,
  how: Ending,
): Promise<void> {
  const lastSeq = await cutEvents(sql, id);
  const { underWay, ...counts } = await countSteps(sql, id);
  const facts: RunFact[] = [
    ...underWay.map((step): RunFact => ({ type: 'step.stopped', ...step })),
    { type: 'run.finished', outcome: { ...how, outputs: {}, ...counts } },
  ];
  const events = facts.map((fact, index): RunEvent => ({ seq: lastSeq + 1 + index, at, ...fact }));
  await appendEvents(sql, { teamId, runId: id, events });
}

/** Removes what comes after the first gap. @returns the last number that is left */
async function cutEvents(sql: Sql, runId: RunId): Promise<number> {
  await takeUnread(sql, runId);
  const [row] = await sql.rows<{ lastSeq: number }>(
    `update run set last_seq = (select coalesce(max(seq), 0) from run_event where run_id = $1)
     where id = $1 returning last_seq as "lastSeq"`,
    [runId],
  );
  return row?.lastSeq ?? 0;
}

interface StepCounts extends Pick<RunOutcome, 'steps' | 'exceptions' | 'usage'> {
  readonly underWay: readonly { readonly stepKey: string; readonly attempt: number }[];
}

async function countSteps(sql: Sql, runId: RunId): Promise<StepCounts> {
  const [row] = await sql.rows<StepCounts>(
    `select
       coalesce(json_agg(json_build_object('stepKey', step_key, 'attempt', attempt) order by first_seq)
         filter (where status in ('running', 'retrying')), '[]') as "underWay",
       count(*) filter (where status <> 'skipped')::int as steps,
       count(*) filter (where failure is not null)::int as exceptions,
       coalesce(${usageOf('attempt.run_id = $1')}, $2::json) as usage
     from step where run_id = $1`,
    [runId, storableJson(NOTHING)],
  );
  if (!row) throw new Error('counting gave no row');
  return row;
}
