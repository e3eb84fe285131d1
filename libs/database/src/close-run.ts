import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent, RunOutcome, Usage } from '@tenon/engine';
import type { Database, Sql } from './database.js';
import { mergeEvents } from './merge-events.js';
import { appendEvents } from './record-events.js';
import { holds } from './relay.js';
import { storableJson } from './storable.js';
import { usageOf } from './usage.js';

/** Behind all others; the record numbers it anew. */
const LAST_SEQ = Number.MAX_SAFE_INTEGER;
const NOTHING: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/** How a run ends that does not say so itself. */
type Ending = Pick<RunOutcome, 'status' | 'reason' | 'failure'>;

/**
 * Ends a run whose workflow has closed without telling: what was under way is shown as stopped, then the run as ended.
 * Events that nobody could read yet, because one before them is missing, move up. A run that has ended is left alone.
 * @param at  the time of the end, in milliseconds
 */
export async function closeRun(database: Database, runId: RunId, at: number, how: Ending): Promise<void> {
  await database.inTransaction(async (sql) => {
    const [open] = await sql.rows<{ teamId: TeamId }>(
      'select team_id as "teamId" from run where id = $1 and finished_at is null for update',
      [runId],
    );
    if (open) await tellEnd(sql, { id: runId, ...open }, at, how);
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

/** The end of a run is a story of its own: what the record had not heard yet is told before it. */
async function tellEnd(
  sql: Sql,
  { id, teamId }: { readonly id: RunId; readonly teamId: TeamId },
  at: number,
  how: Ending,
): Promise<void> {
  const outcome: RunOutcome = { ...how, outputs: {}, ...(await countSteps(sql, id)) };
  const end: RunEvent = { seq: LAST_SEQ, at, type: 'run.finished', outcome };
  await mergeEvents(sql, { teamId, runId: id, events: [end] }, appendEvents);
}

type StepCounts = Pick<RunOutcome, 'steps' | 'exceptions' | 'usage'>;

async function countSteps(sql: Sql, runId: RunId): Promise<StepCounts> {
  const [row] = await sql.rows<StepCounts>(
    `select
       count(*) filter (where status <> 'skipped')::int as steps,
       count(*) filter (where failure is not null)::int as exceptions,
       coalesce(${usageOf('attempt.run_id = $1')}, $2::json) as usage
     from step where run_id = $1`,
    [runId, storableJson(NOTHING)],
  );
  if (!row) throw new Error('counting gave no row');
  return row;
}
