import type { RecordedEvent, RunIdentity } from '@tenon/contract';
import { readAnswer, recordEvents } from '@tenon/database';
import type { ActivityParts } from './parts.js';

/** Between two tries to write, in milliseconds: twice as long each time. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** Writes events of a run. Resolves when they are written, however long that takes; never rejects. */
export type RunRecord = (run: RunIdentity, events: readonly RecordedEvent[]) => Promise<void>;

/**
 * The record behind workflows. A workflow task waits for it, so a failure may not pass for done: it is tried again until
 * it goes through, as after an outage of the database. A task that takes too long meanwhile is given to a worker anew.
 */
export function createRunRecord(parts: Pick<ActivityParts, 'database' | 'bell' | 'ports' | 'logger'>): RunRecord {
  return async (run, events) => {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await write(run, events, parts);
      } catch (error) {
        parts.logger.warn({ runId: run.runId, error: String(error) }, 'events could not be written, trying again');
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  };
}

async function write(
  run: RunIdentity,
  events: readonly RecordedEvent[],
  { database, bell, ports }: Pick<ActivityParts, 'database' | 'bell' | 'ports'>,
): Promise<void> {
  const answer = events.find((event) => event.type === 'run.finished')?.outcome.outputs['answer'];
  const isLarge = run.conversationId !== null && answer !== undefined && typeof answer !== 'string';
  const answerText = isLarge ? await readAnswer(ports.objects, answer) : undefined;
  await recordEvents(database, run.teamId, run.runId, events, answerText);
  bell.ring(run.runId);
}
