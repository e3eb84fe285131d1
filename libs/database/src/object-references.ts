import type { TeamId } from '@tenon/base';
import type { Sql } from './database.js';

const KEY = /(?:files|responses|values)\/([0-9a-f-]{36})\/[0-9a-f]{64}/g;

/** Keys of the team's objects that stand in JSON text, each once. */
export function objectKeysIn(teamId: TeamId, json: string | null): string[] {
  if (!json?.includes(teamId)) return [];
  const found = [...json.matchAll(KEY)].filter(([, team]) => team === teamId);
  return [...new Set(found.map(([key]) => key))];
}

/** SQL, a clause of a `with`: notes that the record of a run names objects. Takes the numbers of the parameters. */
export const REFERENCING = (runId: number, keys: number): string => `referenced as (
  insert into object_reference (run_id, key)
  select run.id, key from run, unnest($${keys}::text[]) key where run.id = $${runId} on conflict do nothing
)`;

/** Those of the keys that neither the record of a run nor an uploaded file names. */
export async function listUnnamedObjects(sql: Sql, keys: readonly string[]): Promise<string[]> {
  const rows = await sql.rows<{ key: string }>(
    `select key from unnest($1::text[]) key
     where not exists (select 1 from object_reference where object_reference.key = key.key)
       and not exists (select 1 from file where object_key = key.key)`,
    [keys],
  );
  return rows.map(({ key }) => key);
}
