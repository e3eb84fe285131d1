import { VALUE_LIMIT_BYTES, type Json, type RunId, type TeamId } from '@tenon/base';
import type { StepResult } from '@tenon/engine';
import type { ModelPrice } from '@tenon/ports';
import type { Sql } from './database.js';
import { objectKeysIn, REFERENCING } from './object-references.js';
import { storableJson } from './storable.js';
import { countSpent } from './usage.js';

/** One try at one step, as the worker that performs it knows it. */
export interface AttemptKey {
  readonly teamId: TeamId;
  readonly runId: RunId;
  readonly stepKey: string;
  readonly attempt: number;
}

/** What is kept of an execution beside its result. */
export interface AttemptRecord {
  /** For people: the final prompt or request. */
  readonly request?: Json;
  /** For people: the raw reply. */
  readonly reply?: Json;
  /** What the model costs that was asked: earlier executions that were lost had asked the same. */
  readonly price?: ModelPrice;
}

/** Requests and replies are cut at this size, in characters of their JSON, so that rows stay readable. */
const RECORD_LIMIT = 4 * VALUE_LIMIT_BYTES;

/** A result as it is recorded; without an outcome there is none. */
export interface RecordedRow {
  readonly outcome: 'succeeded' | 'failed' | null;
  readonly exit: string | null;
  readonly outputs: StepResult['outputs'] | null;
  readonly failure: Extract<StepResult, { ok: false }>['failure'] | null;
  readonly usage: StepResult['usage'] | null;
}

/** SQL: the attempt that the first three parameters name. */
export const IS_THIS = `attempt.run_id = $1 and attempt.step_key = $2 and attempt.attempt = $3`;

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
  const [row] = await sql.rows<RecordedRow & { isMine: boolean }>(statement, [
    ...[key.runId, key.stepKey, key.attempt, execution],
    result.ok ? 'succeeded' : 'failed',
    result.ok ? (result.exit ?? null) : null,
    outputs,
    result.ok ? null : storableJson(result.failure),
    result.usage ? storableJson(result.usage) : null,
    ...[bounded(record.request), bounded(record.reply)],
    ...(hasCost ? [priceOf(record)] : []),
    ...(hasObjects ? [keys] : []),
  ]);
  return row && !row.isMine ? resultOf(row) : result;
}

/**
 * What earlier executions have cost that were lost nobody can say any more: they were asked the same as the one that
 * ends, at the same price, and of their text about four bytes are a token. Should one come back after all, its own count
 * holds.
 */
const lostClauses = (usage: string, price: string, ending: string) => `said as (
  select execution, ceil(sum(octet_length(text)) / 4.0)::float8 as tokens,
    coalesce((${usage}::json ->> 'promptTokens')::float8, 0) as asked
  from text_chunk
  where run_id = $1 and step_key = $2 and attempt = $3 and execution < $4 and $4::int > 1 group by execution
), lost as (
  update attempt set usage = json_strip_nulls(json_build_object('promptTokens', asked, 'completionTokens', tokens,
    'totalTokens', asked + tokens, 'isEstimated', true, 'costNanoUsd', case
      when asked <= coalesce((${price}::json ->> 'maxPromptTokens')::float8, asked)
      then round((asked::numeric * (${price}::json ->> 'input')::numeric
        + tokens::numeric * (${price}::json ->> 'output')::numeric) / 1000) end))
  from said
  where ${IS_THIS} and attempt.execution = said.execution and finished_at is null and usage is null
    and exists (select 1 from ${ending})
  returning usage
)`;

/** Of two executions that end at the same time, one waits for what the other records. */
const CLOSING = `every as (
  select execution, outcome, exit, outputs, failure, usage from attempt
  where ${IS_THIS} order by execution for no key update
), earlier as (
  select * from every where outcome in ('succeeded', 'failed') limit 1
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
  select usage from attempt where ${IS_THIS} and execution = $4
), ${lostClauses('$9', '$12', 'closed')}, own as (
  select usage from closed union all select usage from late
), spent as (
  select usage, 1 as factor from own
  union all
  select before.usage, -1 from before, own
  union all
  select usage, 1 from lost
), ${countSpent('$1', 'spent')}`;

const FIRST_RESULT = `select *, false as "isMine" from earlier`;
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
  { usage, ...record }: AttemptRecord & Pick<StepResult, 'usage'>,
  outcome: 'cancelled' | 'workerStopped' = 'cancelled',
): Promise<void> {
  await sql.rows(CANCEL, [
    ...[key.runId, key.stepKey, key.attempt, execution, outcome],
    ...[bounded(record.request), bounded(record.reply), usage ? storableJson(usage) : null, priceOf(record)],
  ]);
}

const CANCEL = `
with cancelled as (
  update attempt set finished_at = now(), outcome = $5, request = $6::json, reply = $7::json, usage = $8::json
  where ${IS_THIS} and execution = $4 and finished_at is null
  returning usage
), ${lostClauses('$8', '$9', 'cancelled')}, spent as (
  select usage, 1 as factor from cancelled union all select usage, 1 from lost
), ${countSpent('$1', 'spent')}
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

export function resultOf(row: RecordedRow): StepResult {
  const usage = row.usage ?? undefined;
  if (row.outcome === 'failed' && row.failure)
    return { ok: false, failure: row.failure, ...(row.outputs && { outputs: row.outputs }), ...(usage && { usage }) };
  return { ok: true, outputs: row.outputs ?? {}, ...(row.exit && { exit: row.exit }), ...(usage && { usage }) };
}

function priceOf({ price }: AttemptRecord): string | null {
  return price ? JSON.stringify(price) : null;
}

function bounded(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = storableJson(value);
  if (text.length <= RECORD_LIMIT) return text;
  return storableJson({ cut: true, characters: text.length, start: text.slice(0, RECORD_LIMIT) });
}
