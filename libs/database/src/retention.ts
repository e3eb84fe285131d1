import { isTenonError, type RunId, type TeamId } from '@tenon/base';
import type { Database, Sql } from './database.js';

/** For how many days the runs of a team are kept after their end. */
export interface KeepingRule {
  readonly teamId: TeamId;
  readonly runsDays: number;
  /** Of runs of drafts. */
  readonly testRunsDays: number;
}

const DAY_MS = 86_400_000;

/** The rule of every team. @param defaults  for what a team has not set */
export function listKeepingRules(sql: Sql, defaults: Omit<KeepingRule, 'teamId'>): Promise<KeepingRule[]> {
  return sql.rows(
    `select id as "teamId", coalesce(keep_runs_days, $1) as "runsDays",
       coalesce(keep_test_runs_days, $2) as "testRunsDays"
     from team order by id`,
    [defaults.runsDays, defaults.testRunsDays],
  );
}

/**
 * Removes ended runs that belong to no conversation and whose time is over, oldest first, with all their record. What
 * another transaction holds is left for the next time, so nobody is waited for.
 * @param limit  of runs: one batch is one short transaction
 * @returns which went
 * @throws database.unavailable, for which `isTooMuch` holds when fewer may go
 */
export async function removeDueRuns(
  database: Database,
  { teamId, runsDays, testRunsDays }: KeepingRule,
  kind: 'published' | 'test',
  limit: number,
): Promise<RunId[]> {
  const days = kind === 'test' ? testRunsDays : runsDays;
  return briefly(database, limit, async (sql) => {
    const gone = await sql.rows<{ id: RunId }>(
      `with due as (
         select id from run
         where team_id = $1 and id < $2::uuid and conversation_id is null
           and version_id is ${kind === 'test' ? 'null' : 'not null'}
           and finished_at < now() - make_interval(days => $3)
         order by id limit $4 for update skip locked
       )
       delete from run using due where run.id = due.id returning run.id`,
      [teamId, oldestId(days), days, limit],
    );
    return gone.map(({ id }) => id);
  });
}

/**
 * Removes conversations all of whose runs have ended and are due, with their runs and messages. A conversation goes as a
 * whole: neither its messages nor the number of its rounds ever has a hole.
 */
export async function removeDueConversations(
  database: Database,
  { teamId, runsDays, testRunsDays }: KeepingRule,
  limit: number,
): Promise<{ readonly conversations: number; readonly runs: readonly RunId[] }> {
  return briefly(database, limit, async (sql) => {
    const rule = [runsDays, testRunsDays];
    const held = await sql.rows<{ id: string }>(
      `select id from conversation where team_id = $3 and id < $4::uuid and ${IS_OVER}
       order by id limit $5 for update skip locked`,
      [...rule, teamId, oldestId(Math.min(runsDays, testRunsDays)), limit],
    );
    if (held.length === 0) return { conversations: 0, runs: [] };
    // a run may have been accepted until the row was held: only what is read now counts
    const [gone] = await sql.rows<{ conversations: number; runs: RunId[] }>(
      `with due as (select id from conversation where id = any($3::uuid[]) and ${IS_OVER}),
       runs as (select coalesce(array_agg(run.id), '{}') as ids from run join due on due.id = run.conversation_id),
       gone as (delete from conversation using due where conversation.id = due.id returning 1)
       select (select count(*)::int from gone) as conversations, runs.ids as runs from runs`,
      [...rule, held.map(({ id }) => id)],
    );
    return gone ?? { conversations: 0, runs: [] };
  });
}

const IS_OVER = `not exists (
  select 1 from run where run.conversation_id = conversation.id and (run.finished_at is null or run.finished_at >=
    now() - make_interval(days => case when run.version_id is null then $2::int else $1::int end)))`;

/**
 * Removes what is recorded of runs of the conversation that goes next, which is too large to go at once: its messages stay
 * until all of it goes.
 * @param limit  of runs
 * @returns of how many runs the record went
 */
export async function emptyDueConversation(
  database: Database,
  { teamId, runsDays, testRunsDays }: KeepingRule,
  limit: number,
): Promise<number> {
  return briefly(database, limit, async (sql) => {
    const runs = await sql.rows<{ id: string }>(
      `with due as (
         select id from conversation where team_id = $3 and id < $4::uuid and ${IS_OVER}
         order by id limit 1 for update skip locked
       )
       select run.id from run join due on due.id = run.conversation_id
       where exists (select 1 from run_event where run_event.run_id = run.id) order by run.id limit $5`,
      [runsDays, testRunsDays, teamId, oldestId(Math.min(runsDays, testRunsDays)), limit],
    );
    const ids = [runs.map(({ id }) => id)];
    for (const table of ['text_chunk', 'carried_run', 'attempt', 'step', 'run_event'])
      await sql.rows(`delete from ${table} where run_id = any($1::uuid[])`, ids);
    return runs.length;
  });
}

/** Removes plans that no run and no version names, and that nobody has stored within the last day to begin one. */
export async function removeUnusedPlans(database: Database, limit: number): Promise<number> {
  return briefly(database, limit, async (sql) => {
    const held = await sql.rows<{ hash: string; teamId: TeamId }>(
      `select team_id as "teamId", hash from plan where ${IS_UNUSED} limit $1 for update skip locked`,
      [limit],
    );
    const gone = await sql.rows(
      `delete from plan using unnest($1::uuid[], $2::text[]) as held (team_id, hash)
       where plan.team_id = held.team_id and plan.hash = held.hash and ${IS_UNUSED} returning 1`,
      [held.map(({ teamId }) => teamId), held.map(({ hash }) => hash)],
    );
    return gone.length;
  });
}

const IS_UNUSED = `plan.created_at < now() - interval '1 day'
  and not exists (select 1 from run where run.plan_hash = plan.hash and run.team_id = plan.team_id)
  and not exists (select 1 from version where version.plan_hash = plan.hash and version.team_id = plan.team_id)`;

/**
 * Removes uploads that are as old as a run may become and that no run names. Their bytes go with the objects that no row
 * names.
 */
export function removeUnusedFiles(
  database: Database,
  { teamId, runsDays }: KeepingRule,
  limit: number,
): Promise<number> {
  return briefly(database, limit, async (sql) => {
    const gone = await sql.rows(
      `with unused as (
         select id from file where team_id = $1 and id < $2::uuid and created_at < now() - make_interval(days => $3)
           and not exists (select 1 from object_reference where key = file.object_key)
         order by id limit $4 for update skip locked
       )
       delete from file using unused where file.id = unused.id returning 1`,
      [teamId, oldestId(runsDays), runsDays, limit],
    );
    return gone.length;
  });
}

/** Whether a removal took too long, so that it may succeed with fewer. */
export function isTooMuch(error: unknown): boolean {
  return isTenonError(error) && (error.cause as { code?: unknown } | undefined)?.code === QUERY_CANCELED;
}

const QUERY_CANCELED = '57014';

/** Neither waits for others nor keeps them waiting. What cannot be parted has longer. */
function briefly<T>(database: Database, limit: number, work: (sql: Sql) => Promise<T>): Promise<T> {
  return database.inTransaction(async (sql) => {
    const seconds = limit === 1 ? 50 : 10;
    await sql.rows(`set local lock_timeout = '1s'; set local statement_timeout = '${seconds}s'`);
    return work(sql);
  });
}

/** The least UUIDv7 of a day later: what ended before its time was made before. Clocks may differ by a day. */
function oldestId(days: number): string {
  const at = Math.max(0, Date.now() - (days - 1) * DAY_MS)
    .toString(16)
    .padStart(12, '0');
  return `${at.slice(0, 8)}-${at.slice(8)}-0000-0000-000000000000`;
}
