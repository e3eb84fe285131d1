import type { TeamId } from '@tenon/base';
import { databaseErrors, type Sql } from './database.js';
import type { TextPart } from './text-part.js';

/**
 * Reads one piece of a plan that is too large to be handed over whole.
 * @param part  counts from 0
 * @param sizeCharacters  length of every piece but the last
 * @throws database.unavailable also when the plan is not there
 */
export async function getPlanPart(
  sql: Sql,
  teamId: TeamId,
  planHash: string,
  part: number,
  sizeCharacters: number,
): Promise<TextPart> {
  const [row] = await sql.rows<TextPart>(
    `select substr(document::text, $3::int * $4::int + 1, $4::int) as text,
       length(document::text) <= ($3::int + 1) * $4::int as "isLast"
     from plan where team_id = $1 and hash = $2`,
    [teamId, planHash, part, sizeCharacters],
  );
  if (!row) throw databaseErrors.unavailable(`The plan ${planHash} is not in the database.`);
  return row;
}
