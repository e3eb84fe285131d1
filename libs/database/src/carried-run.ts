import type { RunId, TeamId } from '@tenon/base';
import { databaseErrors, type Sql } from './database.js';
import type { TextPart } from './text-part.js';

/** What is kept for one history of a run's workflow. */
export interface CarriedKey {
  readonly runId: RunId;
  readonly teamId: TeamId;
  /** Number of the history that will read it. */
  readonly history: number;
}

/** Keeps JSON text for the next history of a run, in place of what an older one has read. */
export async function storeCarried(sql: Sql, { runId, teamId, history }: CarriedKey, text: string): Promise<void> {
  await sql.rows(
    `insert into carried_run (run_id, history, document)
     select id, $3, $4 from run where id = $1 and team_id = $2
     on conflict (run_id) do update set history = excluded.history, document = excluded.document`,
    [runId, teamId, history, text],
  );
}

/**
 * Reads one piece of what was kept.
 * @param part  counts from 0
 * @param sizeCharacters  length of every piece but the last
 * @throws database.unavailable also when it is not there
 */
export async function getCarriedPart(
  sql: Sql,
  { runId, teamId, history }: CarriedKey,
  part: number,
  sizeCharacters: number,
): Promise<TextPart> {
  const [row] = await sql.rows<TextPart>(
    `select substr(document, $4::int * $5::int + 1, $5::int) as text,
       length(document) <= ($4::int + 1) * $5::int as "isLast"
     from carried_run join run on run.id = run_id where run_id = $1 and team_id = $2 and history = $3`,
    [runId, teamId, history, part, sizeCharacters],
  );
  if (!row) throw databaseErrors.unavailable(`What history ${history} of run ${runId} begins with is not there.`);
  return row;
}

/** Removes what is kept of runs that have ended. */
export async function removeOldCarried(sql: Sql): Promise<void> {
  await sql.rows('delete from carried_run using run where run.id = run_id and run.finished_at is not null');
}
