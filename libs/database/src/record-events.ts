import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent, RunOutcome, StepState } from '@tenon/engine';
import type { Database, Sql } from './database.js';
import { mergeEvents, type Batch } from './merge-events.js';
import { storableJson } from './storable.js';

/** The row of a step that a batch of events amounts to; fields that the batch says nothing about are null. */
interface StepRow {
  readonly step_key: string;
  readonly status: StepState['status'];
  readonly attempt: number;
  readonly exit: string | null;
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly failure: unknown;
  readonly seq: number;
  readonly first_seq: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
}

/**
 * Writes events and what they amount to (`run`, `step`, `message`) in one statement. Idempotent by `(run_id, seq)`:
 * a batch that was written before, whole or in part, changes nothing, and an older batch never overwrites a newer.
 * A batch that tells another story than the record from some number on is merged into it: `mergeEvents`.
 * Nothing is written behind the end of a run, or of one that is no longer there. This is the one writer of those tables.
 * @param answerText  the text of an answer that lies in the object store, for the message
 */
export async function recordEvents(
  database: Database,
  teamId: TeamId,
  runId: RunId,
  events: readonly RunEvent[],
  answerText?: string,
): Promise<void> {
  if (events.length === 0) return;
  const batch = { teamId, runId, events, ...(answerText !== undefined && { answerText }) };
  const [met] = await database.rows<Met>(RECORD.overlapping, recordingParameters(batch));
  if (met?.isRefused) await settleBatch(database, batch);
}

/** What became of a batch. */
export interface Met {
  /** None of it is written; null when there is no such run. */
  readonly isRefused: boolean | null;
}

/** Writes a batch that overlaps the record: what is there already is compared while nobody else writes. */
export async function settleBatch(database: Database, batch: Batch): Promise<void> {
  await database.inTransaction(async (sql) => {
    const [run] = await sql.rows<{ isOpen: boolean }>(
      'select finished_at is null as "isOpen" from run where id = $1 and team_id = $2 for no key update',
      [batch.runId, batch.teamId],
    );
    const [met] = await sql.rows<Met>(RECORD.other, recordingParameters(batch));
    if (met?.isRefused && run?.isOpen) await mergeEvents(sql, batch, appendEvents);
  });
}

/** Writes events that are numbered after the record, in a transaction that has locked the run. */
export async function appendEvents(sql: Sql, batch: Batch): Promise<void> {
  await sql.rows(RECORD.never, parametersOf(batch));
}

/** What `recordingClauses` reads. `events` holds at least one. */
export function recordingParameters(batch: Batch): unknown[] {
  const first = batch.events.reduce((a, b) => (a.seq < b.seq ? a : b));
  return [...parametersOf(batch), first.seq, keysWithoutStart(batch.events)];
}

/** Steps of which a batch tells something without their start, as far as nothing is missing in it. */
function keysWithoutStart(events: readonly RunEvent[]): string[] {
  const ordered = [...events].sort((a, b) => a.seq - b.seq);
  const gap = ordered.findIndex(({ seq }, index) => seq !== (ordered[0]?.seq ?? 0) + index);
  const ofSteps = ordered.slice(0, gap < 0 ? undefined : gap).filter((event) => 'stepKey' in event);
  const begun = new Set(ofSteps.filter(({ type }) => BEGINS.has(type)).map(({ stepKey }) => stepKey));
  return [...new Set(ofSteps.map(({ stepKey }) => stepKey))].filter((key) => !begun.has(key));
}

const BEGINS: ReadonlySet<RunEvent['type']> = new Set(['step.started', 'step.skipped']);

function parametersOf({ teamId, runId, events, answerText }: Batch): unknown[] {
  const last = events.reduce((a, b) => (a.seq > b.seq ? a : b));
  const started = events.find((event) => event.type === 'run.started');
  const outcome = events.find((event) => event.type === 'run.finished')?.outcome;
  return [
    runId,
    teamId,
    storableJson(events.map(toRow)),
    storableJson(foldSteps(events)),
    last.seq,
    started ? started.at : null,
    outcome ? last.at : null,
    outcome?.status ?? null,
    outcome?.reason ?? null,
    outcome ? storableJson(outcome.outputs) : null,
    outcome?.failure ? storableJson(outcome.failure) : null,
    outcome ? storableJson(outcome.usage) : null,
    outcome?.exceptions ?? null,
    outcome?.steps ?? null,
    started ? textOf(started.pool['sys']?.['query']) : null,
    outcome ? (answerText ?? textOf(outcome.outputs['answer'])) : null,
    outcome ? messageStatus(outcome) : 'running',
  ];
}

/** Larger than any number of an event. */
const MAX_SEQ = 2_147_483_647;

/** SQL: a batch that goes on where the record ends, and tells of a step whose start is not in it. */
const LACKS_START = `last_seq = $18 - 1 and exists (
  select 1 from unnest($19::text[]) as told(key)
  where not exists (select 1 from step where run_id = $1::uuid and step_key = told.key))`;

/** When a batch is not written: its numbers may be there already, or tell another story, or are known to be new. */
const REFUSED = {
  overlapping: `is_merged or last_seq >= $18 or ${LACKS_START}`,
  other: `is_merged or ${LACKS_START} or exists (
      select 1 from json_to_recordset($3::json) as e(seq int, type text, step_key text)
      join run_event had on had.run_id = $1::uuid and had.seq = e.seq
      where (had.type, had.step_key) is distinct from (e.type, e.step_key)
    ) or exists (
      select 1 from json_to_recordset($3::json) as e(seq int, type text, step_key text, payload json)
      join run_event had on had.run_id = $1::uuid and had.step_key = e.step_key and had.type = e.type
      where had.seq <> e.seq and had.payload ->> 'attempt' is not distinct from e.payload ->> 'attempt'
    ) or finished_at is null and $7::bigint is not null and last_seq >= $5`,
  never: 'false',
};

const clauses = (refused: keyof typeof REFUSED) => `written_to as (
  -- the end of a run is its last event: nothing comes after it, and what came before may come late
  -- the lock gives the row as it is, so that whoever does not overlap it meets nobody
  select case when finished_at is null then ${MAX_SEQ} else last_seq end as before,
    finished_at is null as is_open, ${REFUSED[refused]} as is_refused
  from run where id = $1::uuid and team_id = $2::uuid for no key update
), incoming as (
  select e.* from written_to,
    json_to_recordset($3::json) as e(seq int, at bigint, type text, step_key text, payload json)
  where e.seq < written_to.before and not written_to.is_refused
), written as (
  insert into run_event (run_id, seq, at, type, step_key, payload)
  select $1::uuid, seq, to_timestamp(at / 1000.0), type, step_key, payload from incoming
  on conflict do nothing
), steps as (
  insert into step (run_id, step_key, status, attempt, exit, inputs, outputs, failure, seq, first_seq, started_at,
    finished_at)
  select $1::uuid, step_key, status, attempt, exit, inputs, outputs, failure, seq, first_seq,
    to_timestamp(started_at / 1000.0), to_timestamp(finished_at / 1000.0)
  from written_to, json_to_recordset($4::json) as s(step_key text, status text, attempt int, exit text, inputs json,
    outputs json, failure json, seq int, first_seq int, started_at bigint, finished_at bigint)
  where s.seq < written_to.before and not written_to.is_refused
  on conflict (run_id, step_key) do update set
    status = excluded.status, attempt = excluded.attempt, exit = excluded.exit, failure = excluded.failure,
    inputs = coalesce(excluded.inputs, step.inputs), outputs = coalesce(excluded.outputs, step.outputs),
    seq = excluded.seq,
    first_seq = least(excluded.first_seq, step.first_seq),
    started_at = coalesce(step.started_at, excluded.started_at), finished_at = excluded.finished_at
  where step.seq < excluded.seq
), told as (
  insert into message (run_id, team_id, conversation_id, query, answer, status, created_at)
  select id, team_id, conversation_id, coalesce($15, system ->> 'query', ''), $16, $17, created_at
  from run, written_to
  where not written_to.is_refused and id = $1::uuid and team_id = $2::uuid and conversation_id is not null
    and ($6::bigint is not null or $7::bigint is not null)
  on conflict (run_id) do update set answer = excluded.answer, status = excluded.status
  where message.status = 'running'
), summed as (
  update run set
    status = coalesce($8, case when status = 'queued' then 'running' else status end),
    started_at = coalesce(started_at, to_timestamp($6::bigint / 1000.0)),
    finished_at = coalesce(finished_at, to_timestamp($7::bigint / 1000.0)),
    reason = coalesce($9, reason), outputs = coalesce($10::json, outputs), failure = coalesce($11::json, failure),
    usage = coalesce($12::json, usage), exceptions = coalesce($13, exceptions), steps = coalesce($14, steps),
    last_seq = greatest(last_seq, $5), touched_at = now(), relayed_at = coalesce(relayed_at, now()),
    attention_reason = null, attention_since = null
  from written_to
  where not written_to.is_refused and id = $1::uuid and team_id = $2::uuid
    and (finished_at is null and last_seq < $5
      or $6::bigint is not null and started_at is null and (finished_at is null or $5 < last_seq))
)`;

/**
 * The writing of events as clauses of a `with`, so that another statement can carry it.
 * @param offset  number of the parameters that stand before `recordingParameters`
 */
export function recordingClauses(offset: number): string {
  return clauses('overlapping').replace(/\$(\d+)/g, (_, number) => `$${Number(number) + offset}`);
}

const record = (refused: keyof typeof REFUSED) =>
  `with ${clauses(refused)} select is_refused as "isRefused" from written_to`;
const RECORD = { overlapping: record('overlapping'), other: record('other'), never: record('never') };

function toRow({ seq, at, type, ...payload }: RunEvent) {
  return { seq, at, type, step_key: 'stepKey' in payload ? payload.stepKey : null, payload };
}

/** Folds a batch into one row per step: what the last event says, with what earlier ones of the batch added. */
function foldSteps(events: readonly RunEvent[]): StepRow[] {
  const rows = new Map<string, StepRow>();
  for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
    const change = stepChange(event);
    if (!change) continue;
    const before = rows.get(change.step_key);
    rows.set(change.step_key, {
      ...EMPTY_STEP,
      first_seq: event.seq,
      ...before,
      exit: null,
      failure: null,
      finished_at: null,
      ...change,
      seq: event.seq,
    });
  }
  return [...rows.values()];
}

const EMPTY_STEP = { attempt: 1, inputs: null, outputs: null, started_at: null };

type StepChange = Pick<StepRow, 'step_key' | 'status'> & Partial<StepRow>;

function stepChange(event: RunEvent): StepChange | undefined {
  switch (event.type) {
    case 'step.started':
      return { step_key: event.stepKey, status: 'running', inputs: event.inputs, started_at: event.at };
    case 'step.retrying':
      return { step_key: event.stepKey, status: 'retrying', attempt: event.attempt, failure: event.failure };
    case 'step.skipped':
      return { step_key: event.stepKey, status: 'skipped', attempt: 0, finished_at: event.at };
    case 'step.stopped':
      return { step_key: event.stepKey, status: 'stopped', attempt: event.attempt, finished_at: event.at };
    case 'step.succeeded':
      return { ...ended(event), status: 'succeeded', exit: event.exit };
    case 'step.handled':
      return { ...ended(event), status: 'handled', exit: event.exit, failure: event.failure };
    case 'step.failed':
      return { ...ended(event), status: 'failed', failure: event.failure };
    default:
      return undefined;
  }
}

type EndEvent = Extract<RunEvent, { type: 'step.succeeded' | 'step.handled' | 'step.failed' }>;

function ended({ stepKey, attempt, outputs, at }: EndEvent) {
  return { step_key: stepKey, attempt, outputs, finished_at: at };
}

function messageStatus({ status }: RunOutcome): 'answered' | 'failed' | 'stopped' {
  if (status === 'failed' || status === 'stopped') return status;
  return 'answered';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
