import type { RunEvent } from '@tenon/engine';
import { IntlMessageFormat } from 'intl-messageformat';
import { en } from '../language/en.js';
import { kindOfEvent, stateAfter, wordsOfEvent } from './event-words.js';

const failure = { code: 'http.unavailable', type: 'HTTPResponseCodeError', message: 'It answered 503.' };
const said = (event: object) =>
  wordsOfEvent({ seq: 1, at: 1, ...event } as RunEvent, {
    texts: {
      t: (key, values) => new IntlMessageFormat(en[key], 'en').format(values) as string,
      why: ({ message }) => message,
    },
    stepName: (key) => `“${key}”`,
    duration: (ms) => `${ms}ms`,
  });

it.each([
  [{ type: 'run.started' }, 'The run began', 'run', 'running'],
  [{ type: 'step.started', stepKey: 'a' }, '“a” began', 'steps', 'running'],
  [{ type: 'step.succeeded', stepKey: 'a' }, '“a” succeeded', 'steps', 'succeeded'],
  [{ type: 'step.skipped', stepKey: 'a' }, '“a” was skipped', 'steps', 'skipped'],
  [
    { type: 'step.retrying', stepKey: 'a', attempt: 2, delayMs: 500, failure },
    'Try 2 of “a” failed, the next follows in 500ms: It answered 503.',
    'trouble',
    'retrying',
  ],
  [{ type: 'step.failed', stepKey: 'a', failure }, '“a” failed: It answered 503.', 'trouble', 'failed'],
  [
    { type: 'run.finished', outcome: { status: 'failed', failure } },
    'The run ended: Failed · It answered 503.',
    'run',
    'failed',
  ],
])('%j is said so that people understand it', (event, words, kind, state) => {
  expect(said(event)).toBe(words);
  expect(kindOfEvent(event as RunEvent)).toBe(kind);
  expect(stateAfter(event as RunEvent)).toBe(state);
});
