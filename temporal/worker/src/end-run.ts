import type { RunId } from '@tenon/base';
import { CHANNELS, closeRun, readTime, ring, type Database } from '@tenon/database';

/** Ends a run whose workflow does not: in its record, and for whoever follows it. One that has ended is left alone. */
export async function endRun(database: Database, runId: RunId, how: Parameters<typeof closeRun>[3]): Promise<void> {
  await closeRun(database, runId, await readTime(database), how);
  await ring(database, CHANNELS.run, runId);
}
