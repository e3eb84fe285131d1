import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent, RunFact } from '@tenon/engine';
import type { Sql } from './database.js';

/** Events of a run on their way to its record. */
export interface Batch {
  readonly teamId: TeamId;
  readonly runId: RunId;
  readonly events: readonly RunEvent[];
  readonly answerText?: string;
}

/** How far a step is known to have come: 0 not heard of, then the number of the try under way. */
type Progress = number;
/** Given up with its run, which a story without that end overrules. */
const STOPPED: Progress = 2_147_483_646;
const ENDED: Progress = 2_147_483_647;

/** Writes events that are numbered after the record. */
type Append = (sql: Sql, batch: Batch) => Promise<void>;

/**
 * Adds a story of a run to a record that holds another. A worker that dies between writing events and reporting its
 * task leaves events that nobody else knows of; whoever does the task again may hear of the same results in another
 * order, or of a stop before them, and counts its events anew. What a step came to is the same in both, since a result
 * that is recorded holds. So the record keeps what it has, in its order, and takes in what it has not heard yet, behind
 * it. From then on its numbers are its own.
 * The run is open, and locked by the transaction.
 */
export async function mergeEvents(sql: Sql, batch: Batch, append: Append): Promise<void> {
  const unread = await cutRecord(sql, batch, append);
  const story = [...unread, ...inOrder(batch.events)];
  const { lastSeq, hasStarted } = await beginMerging(sql, batch.runId);
  const news = newsIn({ hasStarted, steps: await progressOfSteps(sql, batch.runId, story) }, story);
  // the first number is for the start, unless the run ends without one
  const isForStart = !hasStarted && (has(story, 'run.started') || !has(story, 'run.finished'));
  let seq = lastSeq === 0 && isForStart ? 1 : lastSeq;
  const events = news.map((event) => ({ ...event, seq: event.type === 'run.started' ? 1 : ++seq }));
  if (events.length > 0) await append(sql, { ...batch, events });
}

const has = (story: readonly RunEvent[], type: RunEvent['type']) => story.some((event) => event.type === type);

function inOrder(events: readonly RunEvent[]): RunEvent[] {
  return [...events].sort((a, b) => a.seq - b.seq);
}

/**
 * Takes the events out of the record that nobody could read yet, because one before them is missing, and what they said
 * of steps.
 * @returns them, in order
 */
async function cutRecord(sql: Sql, { teamId, runId }: Batch, append: Append): Promise<RunEvent[]> {
  const [row] = await sql.rows('select from run_event where run_id = $1 having count(*) < max(seq)', [runId]);
  if (!row) return [];
  const unread = await sql.rows<EventRow>(
    `delete from run_event where run_id = $1 and seq > (
       select coalesce(max(seq), 0) from (
         select seq, row_number() over (order by seq) as place from run_event where run_id = $1
       ) numbered where seq = place
     )
     returning ${EVENT}`,
    [runId],
  );
  const told = await sql.rows<EventRow>(
    `with cut as (
       delete from step where run_id = $1
         and seq > (select coalesce(max(seq), 0) from run_event where run_id = $1) returning step_key
     )
     select ${EVENT} from run_event join cut using (step_key) where run_id = $1`,
    [runId],
  );
  if (told.length > 0) await append(sql, { teamId, runId, events: told.map(eventOf) });
  return inOrder(unread.map(eventOf));
}

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly payload: object;
}

const EVENT = 'seq, (extract(epoch from at) * 1000)::float8 as at, type, payload';

function eventOf({ payload, ...row }: EventRow): RunEvent {
  return { ...row, ...payload } as RunEvent;
}

/** From now on the numbers of the run are the record's own. */
async function beginMerging(
  sql: Sql,
  runId: RunId,
): Promise<{ readonly lastSeq: number; readonly hasStarted: boolean }> {
  const [row] = await sql.rows<{ lastSeq: number; hasStarted: boolean }>(
    `update run set is_merged = true, touched_at = now(), relayed_at = coalesce(relayed_at, now()),
       status = case when status = 'queued' then 'running' else status end,
       last_seq = (select coalesce(max(seq), 0) from run_event where run_id = $1)
     where id = $1 returning last_seq as "lastSeq", started_at is not null as "hasStarted"`,
    [runId],
  );
  if (!row) throw new Error('there is no such run');
  return row;
}

/** A fact and when it was. */
type News = RunFact & { readonly at: number };

/** What the record has of a run, as far as a story tells of it. */
export interface Heard {
  readonly hasStarted: boolean;
  readonly steps: ReadonlyMap<string, Progress>;
}

/** Of the steps that a story tells of, and at its end of all that are under way. */
async function progressOfSteps(sql: Sql, runId: RunId, story: readonly RunEvent[]): Promise<Map<string, Progress>> {
  const keys = new Set(story.flatMap((event) => ('stepKey' in event ? [event.stepKey] : [])));
  const orUnderWay = has(story, 'run.finished') ? `or status in ('running', 'retrying')` : '';
  const rows = await sql.rows<{ stepKey: string; progress: Progress }>(
    `select step_key as "stepKey", case status when 'running' then 1 when 'retrying' then attempt + 1
       when 'stopped' then ${STOPPED} else ${ENDED} end as progress
     from step where run_id = $1 and (step_key = any($2::text[]) ${orUnderWay}) order by first_seq`,
    [runId, [...keys]],
  );
  return new Map(rows.map(({ stepKey, progress }) => [stepKey, progress]));
}

function progressOf(type: RunEvent['type'], attempt: number): Progress {
  if (type === 'step.started') return 1;
  if (type === 'step.retrying') return attempt + 1;
  return type === 'step.stopped' ? STOPPED : ENDED;
}

/**
 * What of a story the record has not heard. A step that ends in it without a start begins at its end, and one that is
 * under way in the record when the story ends is stopped.
 */
export function newsIn({ hasStarted, steps }: Heard, story: readonly RunEvent[]): News[] {
  const known = new Map(steps);
  return story.flatMap(({ seq: _, ...event }): News[] => {
    if (event.type === 'run.started') return hasStarted ? [] : [event];
    if (event.type === 'run.finished') return [...stopsOf(known, event.at), event];
    const { stepKey, type, at } = event;
    const had = known.get(stepKey) ?? 0;
    const progress = progressOf(type, 'attempt' in event ? event.attempt : 1);
    if (progress <= had) return [];
    known.set(stepKey, progress);
    // its inputs stand in its attempt
    const start = { type: 'step.started', stepKey, at } as News;
    return had === 0 && type !== 'step.started' && type !== 'step.skipped' ? [start, event] : [event];
  });
}

function stopsOf(known: ReadonlyMap<string, Progress>, at: number): News[] {
  return [...known]
    .filter(([, progress]) => progress < STOPPED)
    .map(([stepKey, attempt]) => ({ type: 'step.stopped' as const, stepKey, attempt, at }));
}
