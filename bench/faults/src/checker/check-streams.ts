import type { Recording, SeenStream } from './recording.js';
import type { Violation } from './violation.js';

/** P4: each follower sees every event once and in order, over all its connections, and ends with the stored answer. */
export function checkStreams({ streams, runs }: Recording): Violation[] {
  const answers = new Map(runs.map(({ id, end }) => [id, end?.state === 'succeeded' ? end.answer : undefined]));
  return streams.flatMap((stream) => {
    const text = findGap(stream) ?? findTextGap(stream, answers.get(stream.runId));
    return text ? [{ promise: 'P4' as const, kind: 'stream' as const, runId: stream.runId, text }] : [];
  });
}

function findGap({ frames, completed }: SeenStream): string | undefined {
  let last = 0;
  let lastType = '';
  for (const frame of frames) {
    if (frame.kind !== 'event') continue;
    if (frame.seq <= last) return `event ${frame.seq} came again on connection ${frame.connection}`;
    if (frame.seq > last + 1) return `the events ${last + 1} to ${frame.seq - 1} are missing`;
    [last, lastType] = [frame.seq, frame.type];
  }
  if (lastType !== 'run.finished') return `the stream ends after event ${last} (${lastType || 'none'})`;
  return completed ? undefined : 'the stream was not ended after the end of the run';
}

/** Text is laid over what is there from its offset on, so that a new connection may repeat it from any place. */
function findTextGap({ frames }: SeenStream, stored: string | undefined): string | undefined {
  let text = '';
  let isShown = false;
  for (const frame of frames) {
    if (frame.kind !== 'reply') continue;
    isShown = true;
    if (frame.offset > text.length) return `text is missing from ${text.length} to ${frame.offset}`;
    text = text.slice(0, frame.offset) + frame.text;
  }
  if (!isShown || stored === undefined || text === stored) return undefined;
  return `the text that was seen (${text.length} characters) is not the answer that is stored (${stored.length})`;
}
