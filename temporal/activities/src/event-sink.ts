import { isTenonError } from '@tenon/base';
import type { RecordedEvent, RunIdentity } from '@tenon/contract';
import { readAnswer, recordEvents } from '@tenon/database';
import type { ActivityParts } from './parts.js';

/** Between two tries to write, in milliseconds: twice as long each time. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** Writes events of a run. Resolves when they are written, however long that takes; never rejects. */
export type EventSink = (run: RunIdentity, events: readonly RecordedEvent[]) => Promise<void>;

type SinkParts = Pick<ActivityParts, 'database' | 'bell' | 'ports' | 'logger'>;

/**
 * The record behind workflows. A workflow task waits for it, so a failure may not pass for done: it is tried again until
 * it goes through, as after an outage of the database. A task that takes too long meanwhile is given to a worker anew,
 * and a run whose tasks take too long again and again is shown as in need of attention.
 */
export function createEventSink(parts: SinkParts): EventSink {
  const { logger } = parts;
  return async (run, events) => {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await write(run, events, parts);
      } catch (error) {
        const isOutage = isTenonError(error) && error.code === 'database.unavailable';
        logger[isOutage ? 'warn' : 'error']({ runId: run.runId, error: String(error) }, 'events could not be written');
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  };
}

async function write(run: RunIdentity, events: readonly RecordedEvent[], parts: SinkParts): Promise<void> {
  await recordEvents(parts.database, run.teamId, run.runId, events, await largeAnswer(run, events, parts));
  parts.bell.ring(run.runId);
}

/** The text of an answer that lies in the object store, for the message; the message goes without one that is gone. */
async function largeAnswer(
  run: RunIdentity,
  events: readonly RecordedEvent[],
  { ports, logger }: SinkParts,
): Promise<string | undefined> {
  const answer = events.find((event) => event.type === 'run.finished')?.outcome.outputs['answer'];
  if (run.conversationId === null || answer === undefined || typeof answer === 'string') return undefined;
  try {
    return await readAnswer(ports.objects, answer);
  } catch (error) {
    logger.error({ runId: run.runId, error: String(error) }, 'the answer of a message could not be read');
    return undefined;
  }
}
