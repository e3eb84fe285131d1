import type { RunId, TeamId } from '@tenon/base';
import type { RunEvent } from '@tenon/engine';
import type { Sql } from '../database.js';
import { HistoryRepository } from '../repositories/history.repository.js';

/** All that whoever follows a run reads after `afterSeq`, page by page. */
export async function eventsOf(
  sql: Sql,
  { teamId, runId }: { readonly teamId: TeamId; readonly runId: RunId },
  afterSeq = 0,
): Promise<RunEvent[]> {
  const { events, isFull } = await new HistoryRepository(sql).readEvents(teamId, runId, afterSeq);
  return isFull ? [...events, ...(await eventsOf(sql, { teamId, runId }, events.at(-1)?.seq))] : [...events];
}
