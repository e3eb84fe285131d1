import { isEnd, type AcceptedRun, type EndState, type Frame, type Recording, type SeenStream } from './recording.js';
import type { Violation } from './violation.js';

/** P1: what was accepted ends, with the result that it must have, and is there once; what was shown of it is kept. */
export function checkRuns({ runs, listedIds, streams }: Recording): Violation[] {
  const accepted = new Set(runs.map(({ id }) => id));
  const doubled = listedIds.filter((id) => !accepted.has(id));
  const missing = runs.filter(({ id }) => !listedIds.includes(id));
  return [
    ...runs.flatMap(checkEnd),
    ...streams.flatMap((stream) => checkKept(stream, runs.find(({ id }) => id === stream.runId)?.end)),
    ...missing.map(({ id, name }) => broken('lost', id, `${name} was accepted and is not listed`)),
    ...doubled.map((id) => broken('doubled', id, 'is there although nobody was told so: a request made two runs')),
  ];
}

function checkEnd({ id, name, expected, end }: AcceptedRun): Violation[] {
  if (!end) return [broken('lost', id, `${name} was accepted and is not there`)];
  if (!isEnd(end.state)) return [broken('lost', id, `${name} is still ${end.state}`)];
  if (!expected.states.includes(end.state))
    return [broken('wrongResult', id, `${name} is ${end.state} instead of ${expected.states.join(' or ')}`)];
  if (end.state === 'failed' && expected.failureCode !== undefined && end.failureCode !== expected.failureCode)
    return [broken('wrongResult', id, `${name} failed with ${end.failureCode} instead of ${expected.failureCode}`)];
  if (end.state === 'succeeded' && expected.result !== undefined && end.result !== expected.result)
    return [broken('wrongResult', id, `${name} gave ${quote(end.result)} instead of ${quote(expected.result)}`)];
  if (end.state === 'succeeded' && end.unfinishedSteps.length > 0)
    return [broken('wrongResult', id, `${name} succeeded while ${end.unfinishedSteps.join(', ')} had not ended`)];
  return [];
}

/** Steps that a follower was told of have not been forgotten. */
function checkKept({ runId, frames }: SeenStream, end: EndState | undefined): Violation[] {
  const isForgotten = (frame: Frame) =>
    frame.kind === 'event' && frame.type === 'step.succeeded' && !end?.succeededSteps.includes(frame.stepKey ?? '');
  const forgotten = end && frames.find(isForgotten);
  return forgotten
    ? [broken('lost', runId, `was shown with a step that is not kept: ${JSON.stringify(forgotten)}`)]
    : [];
}

function broken(kind: Violation['kind'], runId: string, text: string): Violation {
  return { promise: 'P1', kind, runId, text };
}

const quote = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
