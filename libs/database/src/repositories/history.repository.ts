import type { ConversationId, Json, RunId, TeamId } from '@tenon/base';
import type { Failure, Inputs, Outputs, RunEvent, StepState, Usage } from '@tenon/engine';
import type { ConversationMemory, TextChunk, Turn } from '@tenon/ports';
import type { Sql } from '../database.js';
import { storableJson } from '../storable.js';
import { usageOf, type UsageSum } from '../usage.js';
import { IS_BEATING } from '../work-load.js';

/** A step as a screen shows it. */
export interface StepRecord {
  readonly runId: RunId;
  readonly stepKey: string;
  readonly status: StepState['status'];
  readonly attempt: number;
  readonly exit: string | null;
  readonly inputs: Inputs | null;
  readonly outputs: Outputs | null;
  readonly failure: Failure | null;
  /** Of all its executions together, as far as it is known. */
  readonly usage: UsageSum | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** One execution of one try at a step. */
export interface AttemptRecordRow {
  readonly runId: RunId;
  readonly stepKey: string;
  readonly attempt: number;
  readonly execution: number;
  readonly cause: 'first' | 'retry' | 'lostWorker' | 'workerStopped';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'workerStopped' | null;
  readonly inputs: Inputs | null;
  readonly outputs: Outputs | null;
  readonly failure: Failure | null;
  readonly usage: Usage | null;
  readonly request: Json | null;
  readonly reply: Json | null;
  /** True while the worker that performs it is not heard of for three seconds. */
  readonly isRecovering: boolean;
}

/** Events that were read at once. */
export interface EventPage {
  readonly events: readonly RunEvent[];
  /** Of them together. */
  readonly bytes: number;
  /** There may be more already. */
  readonly isFull: boolean;
}

/** Values that may be large, and are null where they are not read. */
export type StepValue = 'inputs' | 'outputs';
export type AttemptValue = StepValue | 'request' | 'reply';
const STEP_VALUES: readonly StepValue[] = ['inputs', 'outputs'];
const ATTEMPT_VALUES: readonly AttemptValue[] = [...STEP_VALUES, 'request', 'reply'];

/** Turns that lie behind so many characters of newer ones are not read: no prompt has room for them. */
const TURN_CHARACTERS = 400_000;

/** What a run did, read from its record. Every method is given the team first and answers nothing of another's. */
export class HistoryRepository implements ConversationMemory {
  constructor(private readonly sql: Sql) {}

  /**
   * Events after `afterSeq` in order, only as far as they are contiguous, and until they have `pageBytes` together: one
   * that is larger comes alone. Inputs and outputs of steps that an activity performed are read from the attempt, where
   * they are stored once.
   */
  async readEvents(
    teamId: TeamId,
    runId: RunId,
    afterSeq: number,
    { count = 1_000, pageBytes = Number.MAX_SAFE_INTEGER }: { count?: number; pageBytes?: number } = {},
  ): Promise<EventPage> {
    const rows = await this.sql.rows<EventRow>(EVENTS, [teamId, runId, afterSeq, count, pageBytes]);
    const bytes = rows.at(-1)?.bytes ?? 0;
    return { events: rows.map(toEvent), bytes, isFull: rows.length >= count || bytes >= pageBytes };
  }

  /** Steps of a run with all their values, in the order in which they were first heard of. */
  listSteps(teamId: TeamId, runId: RunId): Promise<StepRecord[]> {
    return this.listStepsOf(teamId, [runId], STEP_VALUES);
  }

  /**
   * Steps of runs; those of one run in the order in which they were first heard of. Reads the values asked for.
   * @param stepKeys  only these; without it all
   */
  listStepsOf(
    teamId: TeamId,
    runIds: readonly RunId[],
    values: readonly StepValue[],
    stepKeys?: readonly string[],
  ): Promise<StepRecord[]> {
    const isRead = STEP_VALUES.map((value) => values.includes(value));
    return this.sql.rows(STEPS, [teamId, runIds, ...isRead, stepKeys ?? null]);
  }

  /** Executions of a run's steps with all their values, in the order in which they began. */
  listAttempts(teamId: TeamId, runId: RunId): Promise<AttemptRecordRow[]> {
    return this.listAttemptsOf(teamId, [runId], ATTEMPT_VALUES);
  }

  /**
   * Executions of the steps of runs, in the order in which they began. Reads the values asked for.
   * @param stepKeys  those of these steps; without it all
   */
  listAttemptsOf(
    teamId: TeamId,
    runIds: readonly RunId[],
    values: readonly AttemptValue[],
    stepKeys?: readonly string[],
  ): Promise<AttemptRecordRow[]> {
    const isRead = ATTEMPT_VALUES.map((value) => values.includes(value));
    return this.sql.rows(ATTEMPTS, [teamId, runIds, ...isRead, stepKeys ?? null]);
  }

  /** Steps of these runs that are under way and whose worker has not been heard of for three seconds. */
  listRecovering(teamId: TeamId, runIds: readonly RunId[]): Promise<{ runId: RunId; stepKey: string }[]> {
    return this.sql.rows(RECOVERING, [teamId, runIds]);
  }

  /** Those of these runs of which a worker still performs a step; it may have more to write, also after their end. */
  async listAtWork(teamId: TeamId, runIds: readonly RunId[]): Promise<Set<RunId>> {
    const rows = await this.sql.rows<{ runId: RunId }>(AT_WORK, [teamId, runIds]);
    return new Set(rows.map(({ runId }) => runId));
  }

  /**
   * Live text of a run that came after a place in each text. `known` maps `textName` to the characters already
   * delivered; a text that is not in it is given from its start. Chunks are given until they have `pageBytes` together.
   */
  async listText(
    teamId: TeamId,
    runId: RunId,
    known: ReadonlyMap<string, number>,
    pageBytes = Number.MAX_SAFE_INTEGER,
  ): Promise<TextChunk[]> {
    const chunks = await this.sql.rows<TextChunk>(TEXT, [
      teamId,
      runId,
      storableJson([...known].map(([name, length]) => ({ name, length }))),
      pageBytes,
    ]);
    return chunks;
  }

  async listTurns(teamId: TeamId, conversationId: ConversationId, limit: number): Promise<readonly Turn[]> {
    const turns = await this.sql.rows<Turn>(
      `with newest as (
         select query, coalesce(answer, '') as answer, created_at, run_id from message
         where team_id = $1 and conversation_id = $2 and status = 'answered'
         order by created_at desc, run_id desc limit $3
       ), measured as (
         select *, sum(length(query) + length(answer)) over (
           order by created_at desc, run_id desc rows between unbounded preceding and 1 preceding
         ) as newer from newest
       )
       select query, answer from measured where coalesce(newer, 0) < $4 order by created_at desc, run_id desc`,
      [teamId, conversationId, limit, TURN_CHARACTERS],
    );
    return turns.reverse();
  }
}

/** Names one live text of a run: step, attempt, execution and channel. */
export function textName(source: Pick<TextChunk, 'stepKey' | 'attempt' | 'execution' | 'channel'>): string {
  return `${source.stepKey}#${source.attempt}.${source.execution}/${source.channel}`;
}

interface EventRow {
  readonly seq: number;
  /** Of this one and those before it on the page. */
  readonly bytes: number;
  readonly at: number;
  readonly type: RunEvent['type'];
  readonly payload: Record<string, unknown>;
  readonly inputs: Inputs | null;
  readonly outputs: Outputs | null;
}

function toEvent({ seq, at, type, payload, inputs, outputs }: EventRow): RunEvent {
  const filled = { ...(inputs && { inputs }), ...(outputs && { outputs }) };
  return { seq, at, type, ...filled, ...payload } as RunEvent;
}

// From each event to the one that follows it, so that what lies behind the end of the page is not looked at.
const EVENTS = `
with recursive page as (
  select $3::int as seq, 0::bigint as bytes, null::timestamptz as at, null::text as type, null::json as payload,
    null::json as inputs, null::json as outputs
  from run where id = $2 and team_id = $1
  union all
  select event.seq, page.bytes + octet_length(event.payload::text) + coalesce(octet_length(attempt.inputs::text), 0)
    + coalesce(octet_length(attempt.outputs::text), 0), event.at, event.type, event.payload, attempt.inputs,
    case when event.type in ('step.succeeded', 'step.failed') then coalesce(attempt.outputs, '{}') end
  from page
  join run_event event on event.run_id = $2 and event.seq = page.seq + 1
  left join lateral (
    select case when event.type = 'step.started' then inputs end as inputs,
      case when event.type <> 'step.started' then outputs end as outputs
    from attempt
    where attempt.run_id = event.run_id and attempt.step_key = event.step_key
      and event.type in ('step.started', 'step.succeeded', 'step.failed')
      and attempt.attempt = coalesce((event.payload ->> 'attempt')::int, 1)
    order by (outcome in ('succeeded', 'failed')) desc nulls last, execution limit 1
  ) attempt on true
  where page.seq < $3::int + $4::int and page.bytes < $5::bigint
)
select seq, bytes::float8, (extract(epoch from at) * 1000)::float8 as at, type, payload, inputs, outputs
from page where seq > $3 order by seq`;

const STEPS = `
select step.run_id as "runId", step.step_key as "stepKey", step.status, step.attempt, step.exit,
  case when $3 then coalesce(step.inputs, attempt.inputs) end as inputs,
  case when $4 then coalesce(step.outputs, attempt.outputs) end as outputs,
  step.failure, ${usageOf('attempt.run_id = step.run_id and attempt.step_key = step.step_key')} as usage,
  coalesce(step.started_at, attempt.started_at) as "startedAt",
  step.finished_at as "finishedAt"
from step
join run on run.id = step.run_id and run.team_id = $1
left join lateral (
  select inputs, outputs, started_at from attempt
  where attempt.run_id = step.run_id and attempt.step_key = step.step_key
  order by attempt desc, (outcome in ('succeeded', 'failed')) desc nulls last, execution limit 1
) attempt on true
where step.run_id = any($2::uuid[]) and ($5::text[] is null or step.step_key = any($5))
order by step.run_id, step.first_seq`;

// A later execution has taken over from those before it.
const IS_RECOVERING = `
attempt.finished_at is null and run.finished_at is null
and not exists (select 1 from worker_lease lease where lease.worker_id = attempt.worker_id and lease.${IS_BEATING})
and not exists (select 1 from attempt later where later.run_id = attempt.run_id
  and later.step_key = attempt.step_key and (later.attempt, later.execution) > (attempt.attempt, attempt.execution))`;

const ATTEMPTS = `
select attempt.run_id as "runId", attempt.step_key as "stepKey", attempt.attempt, attempt.execution, attempt.cause,
  attempt.started_at as "startedAt", attempt.finished_at as "finishedAt", attempt.outcome, attempt.failure,
  attempt.usage, case when $3 then attempt.inputs end as inputs, case when $4 then attempt.outputs end as outputs,
  case when $5 then attempt.request end as request, case when $6 then attempt.reply end as reply,
  ${IS_RECOVERING} as "isRecovering"
from attempt join run on run.id = attempt.run_id and run.team_id = $1
where attempt.run_id = any($2::uuid[]) and ($7::text[] is null or attempt.step_key = any($7))
order by attempt.started_at, attempt.step_key, attempt.attempt, attempt.execution`;

const RECOVERING = `
select distinct attempt.run_id as "runId", attempt.step_key as "stepKey" from attempt join run on run.id = attempt.run_id and run.team_id = $1
where attempt.run_id = any($2::uuid[]) and ${IS_RECOVERING}`;

const AT_WORK = `
select distinct attempt.run_id as "runId" from attempt join run on run.id = attempt.run_id and run.team_id = $1
join worker_lease lease on lease.worker_id = attempt.worker_id and lease.${IS_BEATING}
where attempt.run_id = any($2::uuid[]) and attempt.finished_at is null`;

const TEXT = `
with known as (select name, length from json_to_recordset($3::json) as k(name text, length int)), news as (
  select chunk.*, sum(octet_length(chunk.text)) over (
    order by chunk.step_key, chunk.attempt, chunk.execution, chunk.channel, chunk."offset"
    rows between unbounded preceding and 1 preceding
  ) as before
  from text_chunk chunk
  join run on run.id = chunk.run_id and run.team_id = $1
  left join known
    on known.name = chunk.step_key || '#' || chunk.attempt || '.' || chunk.execution || '/' || chunk.channel
  where chunk.run_id = $2 and chunk."offset" >= coalesce(known.length, 0)
)
select run_id as "runId", step_key as "stepKey", attempt, execution, channel, "offset", text
from news where coalesce(before, 0) < $4::bigint
order by step_key, attempt, execution, channel, "offset"`;
