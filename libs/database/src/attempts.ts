import { VALUE_LIMIT_BYTES, type Json, type RunId, type TeamId } from '@tenon/base';
import type { Inputs, RunEvent, StepResult } from '@tenon/engine';
import type { Database, Sql } from './database.js';
import { objectKeysIn, REFERENCING } from './object-references.js';
import type { Batch } from './merge-events.js';
import { recordingClauses, recordingParameters, settleBatch, type Met } from './record-events.js';
import { storableJson } from './storable.js';
import { countTokens } from './usage.js';
import { IS_BEATING } from './work-load.js';

/** One try at one step, as the worker that performs it knows it. */
export interface AttemptKey {
  readonly teamId: TeamId;
  readonly runId: RunId;
  readonly stepKey: string;
  readonly attempt: number;
}

/** What opening an attempt found: a result that is recorded already, or the number of this execution. */
export type OpenedAttempt =
  | { readonly recorded: StepResult }
  /** It was lost so often that it may begin only in its turn: nothing was opened. */
  | { readonly mustWait: true }
  /** The run has ended, or is not there any more: nothing was opened. */
  | { readonly isTooLate: true }
  /** `execution` counts from 1. One that is deadly is known to end workers. */
  | { readonly execution: number; readonly isDeadly: boolean };

/** What is kept of an execution for people: the final prompt or request, and the raw reply. */
export interface AttemptRecord {
  readonly request?: Json;
  readonly reply?: Json;
}

/** Requests and replies are cut at this size, in characters of their JSON, so that rows stay readable. */
const RECORD_LIMIT = 4 * VALUE_LIMIT_BYTES;
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

interface OpenedRow {
  readonly execution: number | null;
  readonly losses: number;
  readonly isTooLate: boolean;
  readonly outcome: 'succeeded' | 'failed' | null;
  readonly exit: string | null;
  readonly outputs: StepResult['outputs'] | null;
  readonly failure: Extract<StepResult, { ok: false }>['failure'] | null;
  readonly usage: StepResult['usage'] | null;
}

const IS_OPEN = 'exists (select 1 from run where id = $1 and finished_at is null)';
const IS_THIS = `attempt.run_id = $1 and attempt.step_key = $2 and attempt.attempt = $3`;
const IS_LOST = (execution: string) => `${execution}.finished_at is null and not exists (
  select 1 from worker_lease lease where lease.worker_id = ${execution}.worker_id and lease.${IS_BEATING})`;

/** @param condition  of opening anything */
const opening = (condition: string) => `earlier as (
  select execution, worker_id, finished_at, outcome, exit, outputs, failure, usage from attempt
  where ${IS_THIS}
), recorded as (
  select * from earlier where outcome in ('succeeded', 'failed') limit 1
), lost as (
  select count(*)::int as losses from earlier where ${IS_LOST('earlier')}
), opened as (
  insert into attempt (run_id, step_key, attempt, execution, cause, worker_id, inputs)
  select $1, $2, $3, count(*) + 1,
    case
      when count(*) = 0 then case when $3 > 1 then 'retry' else 'first' end
      when (array_agg(outcome order by execution desc))[1] = 'workerStopped' then 'workerStopped'
      else 'lostWorker'
    end, $4, $5::json
  from earlier
  having not exists (select 1 from recorded)
    and ($6::boolean or (select losses from lost) < ${LOSSES_BEFORE_TURN}) and ${IS_OPEN} and ${condition}
  returning execution
), found as (
  select execution, 0 as losses, false as "isTooLate", outcome, exit, outputs, failure, usage from recorded
  union all
  select opened.execution, lost.losses, not ${IS_OPEN}, null, null, null, null, null from lost left join opened on true
  where not exists (select 1 from recorded)
)`;

const IS_REFUSED = `coalesce((select is_refused from written_to), false)`;
const OPEN = `with ${opening('true')} select * from found`;
const RECORD_AND_OPEN = `with ${recordingClauses(6)}, ${opening(`not ${IS_REFUSED}`)}
  select *, ${IS_REFUSED} as "isRefused" from found`;

/** Was nothing else under way at the worker with which the attempt was lost last? @param opened  is not lost yet */
async function wasAlone(sql: Sql, { runId, stepKey, attempt }: AttemptKey, opened: number | null): Promise<boolean> {
  const others = await sql.rows(
    `with last as (
       select worker_id from attempt where ${IS_THIS} and execution is distinct from $4 and ${IS_LOST('attempt')}
       order by execution desc limit 1
     )
     select 1 from run join attempt on attempt.run_id = run.id join last using (worker_id)
     where run.finished_at is null and run.relayed_at is not null and attempt.finished_at is null and not (${IS_THIS})
     limit 1`,
    [runId, stepKey, attempt, opened],
  );
  return others.length === 0;
}

function resultOf(row: OpenedRow): StepResult {
  const usage = row.usage ?? undefined;
  if (row.outcome === 'failed' && row.failure)
    return { ok: false, failure: row.failure, ...(row.outputs && { outputs: row.outputs }), ...(usage && { usage }) };
  return { ok: true, outputs: row.outputs ?? {}, ...(row.exit && { exit: row.exit }), ...(usage && { usage }) };
}

/**
 * Records the result of an execution, unless another execution of the same attempt recorded one first.
 * @returns the result that holds: the given one, or the one that was first
 */
export async function closeAttempt(
  sql: Sql,
  key: AttemptKey,
  execution: number,
  result: StepResult,
  record: AttemptRecord,
): Promise<StepResult> {
  const outputs = result.outputs ? storableJson(result.outputs) : null;
  const keys = objectKeysIn(key.teamId, outputs);
  const hasObjects = keys.length > 0;
  // before the first execution none was lost
  const hasCost = hasObjects || execution > 1 || result.usage !== undefined;
  const statement = hasObjects ? CLOSE_WITH_OBJECTS : hasCost ? CLOSE_WITH_COST : CLOSE;
  const [row] = await sql.rows<OpenedRow & { isMine: boolean }>(statement, [
    ...[key.runId, key.stepKey, key.attempt, execution],
    result.ok ? 'succeeded' : 'failed',
    result.ok ? (result.exit ?? null) : null,
    outputs,
    result.ok ? null : storableJson(result.failure),
    result.usage ? storableJson(result.usage) : null,
    ...[bounded(record.request), bounded(record.reply)],
    ...(hasCost ? [key.teamId] : []),
    ...(hasObjects ? [keys] : []),
  ]);
  return row && !row.isMine ? resultOf(row) : result;
}

/**
 * What earlier executions have cost that were lost nobody can say any more: they were asked the same as the one that
 * ends, and of their text about four bytes are a token. Should one come back after all, its own count holds.
 */
const lostClauses = (usage: string, ending: string) => `said as (
  select execution, ceil(sum(octet_length(text)) / 4.0)::float8 as tokens,
    coalesce((${usage}::json ->> 'promptTokens')::float8, 0) as asked
  from text_chunk
  where run_id = $1 and step_key = $2 and attempt = $3 and execution < $4 and $4::int > 1 group by execution
), lost as (
  update attempt set usage = json_build_object('promptTokens', asked, 'completionTokens', tokens,
    'totalTokens', asked + tokens, 'isEstimated', true)
  from said
  where ${IS_THIS} and attempt.execution = said.execution and finished_at is null and usage is null
    and exists (select 1 from ${ending})
  returning usage
)`;

const CLOSING = `earlier as (
  select execution, outcome, exit, outputs, failure, usage from attempt
  where ${IS_THIS} and outcome in ('succeeded', 'failed') limit 1
), closed as (
  update attempt set finished_at = now(), outcome = $5, exit = $6, outputs = $7::json, failure = $8::json,
    usage = $9::json, request = $10::json, reply = $11::json
  where ${IS_THIS} and execution = $4 and not exists (select 1 from earlier)
  returning usage
), late as (
  update attempt set finished_at = now(), outcome = 'cancelled', usage = coalesce($9::json, usage),
    request = $10::json, reply = $11::json
  where ${IS_THIS} and execution = $4 and finished_at is null and exists (select 1 from earlier)
  returning usage
)`;

const COUNTING = `before as (
  select coalesce((usage ->> 'totalTokens')::float8, 0) as tokens from attempt where ${IS_THIS} and execution = $4
), ${lostClauses('$9', 'closed')}, cost as (
  select (usage ->> 'totalTokens')::float8 - before.tokens as tokens from
    (select usage from closed union all select usage from late) own, before
  union all
  select (usage ->> 'totalTokens')::float8 from lost
), ${countTokens('$12', 'cost')}`;

const FIRST_RESULT = `select *, 0 as losses, false as "isMine" from earlier`;
const CLOSE = `with ${CLOSING} ${FIRST_RESULT}`;
const CLOSE_WITH_COST = `with ${CLOSING}, ${COUNTING} ${FIRST_RESULT}`;
const CLOSE_WITH_OBJECTS = `with ${REFERENCING(1, 13)}, ${CLOSING}, ${COUNTING} ${FIRST_RESULT}`;

/**
 * Notes that an execution ended without a result: `cancelled` when nobody waits for one any more, `workerStopped` when
 * its worker goes down in order and another does the work again. Neither counts as a loss.
 * @param record  with what it has cost by then
 */
export async function cancelAttempt(
  sql: Sql,
  key: AttemptKey,
  execution: number,
  { request, reply, usage }: AttemptRecord & Pick<StepResult, 'usage'>,
  outcome: 'cancelled' | 'workerStopped' = 'cancelled',
): Promise<void> {
  await sql.rows(CANCEL, [
    ...[key.runId, key.stepKey, key.attempt, execution, outcome],
    ...[bounded(request), bounded(reply), usage ? storableJson(usage) : null, key.teamId],
  ]);
}

const CANCEL = `
with cancelled as (
  update attempt set finished_at = now(), outcome = $5, request = $6::json, reply = $7::json, usage = $8::json
  where ${IS_THIS} and execution = $4 and finished_at is null
  returning usage
), ${lostClauses('$8', 'cancelled')}, cost as (
  select (usage ->> 'totalTokens')::float8 as tokens from (select usage from cancelled union all select usage from lost) own
), ${countTokens('$9', 'cost')}
select`;

/** Forgets an execution that ended because the work is better done elsewhere, or cannot be done now. */
export async function dropAttempt(sql: Sql, key: AttemptKey, execution: number): Promise<void> {
  await sql.rows(`delete from attempt where ${IS_THIS} and execution = $4 and finished_at is null`, [
    key.runId,
    key.stepKey,
    key.attempt,
    execution,
  ]);
}

function bounded(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = storableJson(value);
  if (text.length <= RECORD_LIMIT) return text;
  return storableJson({ cut: true, characters: text.length, start: text.slice(0, RECORD_LIMIT) });
}
