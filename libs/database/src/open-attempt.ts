import type { Inputs, RunEvent, StepResult } from '@tenon/engine';
import { IS_THIS, resultOf, type AttemptKey, type RecordedRow } from './close-attempt.js';
import type { Database, Sql } from './database.js';
import type { Batch } from './merge-events.js';
import { recordingClauses, recordingParameters, settleBatch, type Met } from './record-events.js';
import { storableJson } from './storable.js';
import { IS_BEATING } from './work-load.js';

/** What opening an attempt found: a result that is recorded already, or the number of this execution. */
export type OpenedAttempt =
  | { readonly recorded: StepResult }
  /** It was lost so often that it may begin only in its turn: nothing was opened. */
  | { readonly mustWait: true }
  /** The run has ended, or is not there any more: nothing was opened. */
  | { readonly isTooLate: true }
  /** `execution` counts from 1. One that is deadly is known to end workers. */
  | { readonly execution: number; readonly isDeadly: boolean };

/**
 * An attempt that was lost so often, with workers that beat no more, is begun only in its turn. Lost once more, it is
 * deadly if no other was under way at that worker.
 */
const LOSSES_BEFORE_TURN = 2;
/** So often nothing is lost by chance: a step that is deadly might never be found alone. */
const MOST_LOSSES = 6;

/**
 * Opens an execution, or gives the recorded result of an earlier one, and writes the events that travelled with it, in
 * one statement. An attempt that was lost twice is opened only when `isItsTurn`; its events are written all the same.
 * None is opened of a run that has ended, whatever its workflow knows of that.
 */
export async function openAttempt(
  database: Database,
  key: AttemptKey,
  work: {
    readonly workerId: string;
    readonly inputs: Inputs;
    readonly events: readonly RunEvent[];
    readonly isItsTurn?: boolean;
  },
): Promise<OpenedAttempt> {
  const parameters = [
    ...[key.runId, key.stepKey, key.attempt, work.workerId],
    ...[storableJson(work.inputs), work.isItsTurn ?? false],
  ];
  const row = await openRow(database, parameters, { teamId: key.teamId, runId: key.runId, events: work.events });
  if (!row) throw new Error(`attempt ${key.stepKey}#${key.attempt} was neither opened nor found`);
  if (row.outcome !== null) return { recorded: resultOf(row) };
  if (row.isTooLate) return { isTooLate: true };
  const { execution, losses } = row;
  const isDeadly = losses > LOSSES_BEFORE_TURN && (losses >= MOST_LOSSES || (await wasAlone(database, key, execution)));
  if (execution !== null) return { execution, isDeadly };
  return isDeadly ? openAttempt(database, key, { ...work, events: [], isItsTurn: true }) : { mustWait: true };
}

/** What could not be written at once is written before anything is opened. */
async function openRow(database: Database, opening: unknown[], batch: Batch): Promise<OpenedRow | undefined> {
  if (batch.events.length > 0) {
    const parameters = [...opening, ...recordingParameters(batch)];
    const [row] = await database.rows<OpenedRow & Met>(RECORD_AND_OPEN, parameters);
    if (!row?.isRefused) return row;
    await settleBatch(database, batch);
  }
  return (await database.rows<OpenedRow>(OPEN, opening))[0];
}

interface OpenedRow extends RecordedRow {
  readonly execution: number | null;
  readonly losses: number;
  readonly isTooLate: boolean;
}

/**
 * SQL: the execution was lost with the worker of `lease`, which died. A worker that ends in order takes its lease with it:
 * what it has left open it had given up.
 */
const IS_LOST = (execution: string) => `${execution}.finished_at is null and not lease.${IS_BEATING}`;

/** @param isOpen  whether the run is, as the row of the run says once it is locked */
const opening = (isOpen: string) => `earlier as (
  select execution, worker_id, finished_at, outcome, exit, outputs, failure, usage from attempt
  where ${IS_THIS}
), recorded as (
  select * from earlier where outcome in ('succeeded', 'failed') limit 1
), lost as (
  select count(distinct worker_id)::int as losses from earlier join worker_lease lease using (worker_id)
  where ${IS_LOST('earlier')}
), opened as (
  insert into attempt (run_id, step_key, attempt, execution, cause, worker_id, inputs)
  select $1, $2, $3, coalesce(max(execution), 0) + 1,
    case
      when count(*) = 0 then case when $3 > 1 then 'retry' else 'first' end
      when (array_agg(outcome order by execution desc))[1] is null then 'lostWorker'
      when (array_agg(outcome order by execution desc))[1] = 'workerStopped' then 'workerStopped'
      else 'retry'
    end, $4, $5::json
  from earlier
  having not exists (select 1 from recorded)
    and ($6::boolean or (select losses from lost) < ${LOSSES_BEFORE_TURN}) and ${isOpen}
  returning execution
), found as (
  select execution, 0 as losses, false as "isTooLate", outcome, exit, outputs, failure, usage from recorded
  union all
  select opened.execution, lost.losses, not ${isOpen}, null, null, null, null, null from lost left join opened on true
  where not exists (select 1 from recorded)
)`;

const OPEN = `with open as (
  select from run where id = $1 and finished_at is null for key share
), ${opening('exists (select from open)')} select * from found`;
const RECORD_AND_OPEN = `with ${recordingClauses(6)}, ${opening('exists (select from written_to where is_open and not is_refused)')}
  select *, coalesce((select is_refused from written_to), false) as "isRefused" from found`;

/**
 * Was nothing else under way at the worker with which the attempt was lost last, when that was heard of last?
 * @param opened  is not lost yet
 */
async function wasAlone(sql: Sql, { runId, stepKey, attempt }: AttemptKey, opened: number | null): Promise<boolean> {
  // a run was touched last when it ended, by the clock of the beat; when it ended is said by another clock
  const others = await sql.rows(
    `with last as (
       select worker_id, beat_at from attempt join worker_lease lease using (worker_id)
       where ${IS_THIS} and execution is distinct from $4 and ${IS_LOST('attempt')}
       order by execution desc limit 1
     ), near as (
       select id from run where finished_at is null and relayed_at is not null
       union all
       select id from run where status = 'queued' and relayed_at is null
       union all
       select id from last join run
       on run.finished_at > last.beat_at - interval '1 hour' and run.touched_at > last.beat_at
     )
     select from last cross join near cross join lateral (
       select from attempt
       where attempt.run_id = near.id and worker_id = last.worker_id and attempt.finished_at is null and not (${IS_THIS})
       limit 1
     ) other
     limit 1`,
    [runId, stepKey, attempt, opened],
  );
  return others.length === 0;
}
