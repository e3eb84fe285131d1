import type { RunEvent } from '@tenon/engine';
import { newsIn, type Heard } from './merge-events.js';

const heard = (steps: Record<string, number>, hasStarted = true): Heard => ({
  hasStarted,
  steps: new Map(Object.entries(steps)),
});
const ENDED = 2_147_483_647;
const STOPPED = ENDED - 1;
const started = (stepKey: string, seq = 1): RunEvent => ({ seq, at: seq, type: 'step.started', stepKey, inputs: {} });
const ended = (stepKey: string, seq = 1): RunEvent =>
  ({ seq, at: seq, type: 'step.succeeded', stepKey, attempt: 1, exit: 'source', outputs: {} }) as RunEvent;
const retrying = (stepKey: string, attempt: number, seq = 1) =>
  ({ seq, at: seq, type: 'step.retrying', stepKey, attempt }) as RunEvent;
const told = (of: Heard, story: readonly RunEvent[]) =>
  newsIn(of, story).map((event) => ('stepKey' in event ? `${event.type} ${event.stepKey}` : event.type));

it('what the record has already is no news, whatever its number', () => {
  expect(told(heard({ a: ENDED, b: 1 }), [started('a', 2), ended('a', 3), started('b', 1)])).toEqual([]);
  expect(told(heard({ a: 2 }), [started('a'), retrying('a', 1), retrying('a', 2)])).toEqual(['step.retrying a']);
  expect(told(heard({}), [{ seq: 1, at: 1, type: 'run.started', inputs: {}, pool: {}, root: 'a' }])).toEqual([]);
});

it('news come in the order of the story, and an end without a start begins', () => {
  expect(told(heard({ a: 1 }), [ended('a', 7), started('b', 8), ended('c', 9)])).toEqual([
    'step.succeeded a',
    'step.started b',
    'step.started c',
    'step.succeeded c',
  ]);
});

it('an end overrules that a step was given up, not another end', () => {
  expect(told(heard({ a: STOPPED }), [ended('a')])).toEqual(['step.succeeded a']);
  expect(told(heard({ a: ENDED }), [{ seq: 1, at: 1, type: 'step.stopped', stepKey: 'a', attempt: 1 }])).toEqual([]);
});

it('the end of the run stops what only the record knows to be under way, at its last try', () => {
  const finished = { seq: 9, at: 9, type: 'run.finished' } as RunEvent;
  expect(newsIn(heard({ a: ENDED, b: 1, c: 3 }), [ended('b', 8), finished])).toMatchObject([
    { type: 'step.succeeded', stepKey: 'b' },
    { type: 'step.stopped', stepKey: 'c', attempt: 3, at: 9 },
    { type: 'run.finished' },
  ]);
});
