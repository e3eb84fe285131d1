import { isEnd, type AcceptedRun, type Recording } from './recording.js';
import type { Violation } from './violation.js';

/** P1: what was accepted ends, with the result that it must have, and is there once. */
export function checkRuns({ runs, listedIds }: Recording): Violation[] {
  const accepted = new Set(runs.map(({ id }) => id));
  const doubled = listedIds.filter((id) => !accepted.has(id));
  const missing = runs.filter(({ id }) => !listedIds.includes(id));
  return [
    ...runs.flatMap(checkEnd),
    ...missing.map(({ id, name }) => broken('lost', id, `${name} was accepted and is not listed`)),
    ...doubled.map((id) => broken('doubled', id, 'is there although nobody was told so: a request made two runs')),
  ];
}

function checkEnd({ id, name, expected, end }: AcceptedRun): Violation[] {
  if (!end) return [broken('lost', id, `${name} was accepted and is not there`)];
  if (!isEnd(end.state)) return [broken('lost', id, `${name} is still ${end.state}`)];
  if (!expected.states.includes(end.state))
    return [broken('wrongResult', id, `${name} is ${end.state} instead of ${expected.states.join(' or ')}`)];
  if (end.state === 'succeeded' && expected.result !== undefined && end.result !== expected.result)
    return [broken('wrongResult', id, `${name} gave ${quote(end.result)} instead of ${quote(expected.result)}`)];
  if (end.state === 'succeeded' && end.unfinishedSteps.length > 0)
    return [broken('wrongResult', id, `${name} succeeded while ${end.unfinishedSteps.join(', ')} had not ended`)];
  return [];
}

function broken(kind: Violation['kind'], runId: string, text: string): Violation {
  return { promise: 'P1', kind, runId, text };
}

const quote = (text: string) => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
