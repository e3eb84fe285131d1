import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent, RunFact } from '@tenon/engine';
import type { Sql } from './database.js';
import { takeUnread } from './unread-events.js';

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

/**
 * Adds a story of a run to a record that holds another. A worker that dies between writing events and reporting its
 * task leaves events that nobody else knows of; whoever does the task again may hear of the same results in another
 * order, or of a stop before them, and counts its events anew. What a step came to is the same in both, since a result
 * that is recorded holds. So the record keeps what it has, in its order, and takes in what it has not heard yet, behind
 * it. From then on its numbers are its own.
 * The run is open, and locked by the transaction.
 * @param append  writes events that are numbered after the record
 */
export async function mergeEvents(
  sql: Sql,
  batch: Batch,
  append: (sql: Sql, batch: Batch) => Promise<void>,
): Promise<void> {
  const { runId } = batch;
  const unread = await takeUnread(sql, runId);
  const heard = await heardOf(sql, runId);
  let lastSeq = await beginMerging(sql, runId, heard);
  const news = newsIn(heard, [...inOrder(unread), ...inOrder(batch.events)]);
  const events = news.map((event) => ({ ...event, seq: event.type === 'run.started' ? 1 : ++lastSeq }));
  if (events.length > 0) await append(sql, { ...batch, events });
}

function inOrder(events: readonly RunEvent[]): RunEvent[] {
  return [...events].sort((a, b) => a.seq - b.seq);
}

/**
 * From now on the numbers of the run are the record's own; the first one is for the start.
 * @returns the last number
 */
async function beginMerging(sql: Sql, runId: RunId, { hasStarted }: Heard): Promise<number> {
  const [row] = await sql.rows<{ lastSeq: number }>(
    `update run set is_merged = true, touched_at = now(), relayed_at = coalesce(relayed_at, now()),
       status = case when status = 'queued' then 'running' else status end,
       last_seq = (select coalesce(max(seq), $2::int) from run_event where run_id = $1)
     where id = $1 returning last_seq as "lastSeq"`,
    [runId, hasStarted ? 0 : 1],
  );
  const lastSeq = row?.lastSeq ?? 0;
  await sql.rows('update step set seq = $2 where run_id = $1 and seq > $2', [runId, lastSeq]);
  return lastSeq;
}

/** A fact and when it was. */
type News = RunFact & { readonly at: number };

/** What the record has of a run. */
export interface Heard {
  readonly hasStarted: boolean;
  readonly steps: ReadonlyMap<string, Progress>;
}

async function heardOf(sql: Sql, runId: RunId): Promise<Heard> {
  const rows = await sql.rows<{ type: RunEvent['type']; stepKey: string | null; attempt: number | null }>(
    `select type, step_key as "stepKey", (payload ->> 'attempt')::int as attempt from run_event where run_id = $1`,
    [runId],
  );
  const steps = new Map<string, Progress>();
  for (const { type, stepKey, attempt } of rows)
    if (stepKey !== null) steps.set(stepKey, Math.max(steps.get(stepKey) ?? 0, progressOf(type, attempt ?? 1)));
  return { hasStarted: rows.some(({ type }) => type === 'run.started'), steps };
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
