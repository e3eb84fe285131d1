import { LiveAnnouncer } from '@angular/cdk/a11y';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { RunEvent } from '@tenon/engine';
import { Subject } from 'rxjs';
import { Texts } from '../language/texts.js';
import { Aids } from '../shell/aids.js';
import { RunAnnouncer } from './run-announcer.js';
import { RunStory, type Pulse } from './run-story.js';

const NAMES: Readonly<Record<string, string>> = { a: 'Classify', b: 'Retrieve' };
const FAILURE = { code: 'model.unreachable', type: 'X', message: 'No answer.' };

let events: Subject<readonly RunEvent[]>;
const pulse = signal<Partial<Pulse> | undefined>(undefined);
/** What was said, in milliseconds from the beginning. */
let said: [number, string, string][];
let announcer: RunAnnouncer;

beforeEach(async () => {
  localStorage.clear();
  jest.useFakeTimers({ now: 0 });
  [events, said] = [new Subject(), []];
  pulse.set(undefined);
  const announce = (words: string, politeness: string) => {
    said.push([Date.now(), words, politeness]);
    return Promise.resolve();
  };
  TestBed.configureTestingModule({
    providers: [
      RunAnnouncer,
      { provide: LiveAnnouncer, useValue: { announce } },
      { provide: RunStory, useValue: { events, pulse, answer: signal('') } },
    ],
  });
  await TestBed.inject(Texts).use('en');
  announcer = TestBed.inject(RunAnnouncer);
  announcer.nameOf = (key) => NAMES[key] ?? key;
});
afterEach(() => jest.useRealTimers());

let seq: number;
/** Some events, each so many milliseconds after the beginning. */
function happen(...told: [at: number, type: string, facts?: object][]): void {
  events.next(told.map(([at, type, facts]) => ({ seq: (seq += 1), at: at + 1, type, ...facts }) as RunEvent));
}
function begin(isOwn = true): void {
  seq = 0;
  if (isOwn) announcer.expect('r');
  announcer.begin('r');
}
const [A, B] = [{ stepKey: 'a' }, { stepKey: 'b' }];
const ended = (outcome: object) => ({ outcome: { outputs: {}, ...outcome } });

it('says what steps do, one sentence in three seconds, and at last how it ended with the answer', () => {
  begin();
  happen([0, 'run.started'], [0, 'step.started', A]);
  jest.advanceTimersByTime(1_200);
  happen([1_200, 'step.succeeded', A], [1_200, 'step.started', B]);
  jest.advanceTimersByTime(2_000);
  happen([3_200, 'step.succeeded', B]);
  happen([3_200, 'run.finished', ended({ status: 'succeeded', outputs: { answer: 'It is **fine**.' } })]);
  jest.advanceTimersByTime(10_000);
  expect(said).toEqual([
    [0, 'Running: Classify.', 'polite'],
    [3_000, 'Step Classify succeeded, 1.2 seconds. Running: Retrieve.', 'polite'],
    [6_000, 'The run ended: Succeeded. It took 3.2 seconds. Answer: It is fine.', 'polite'],
  ]);
});

it('says failures at once, and those together that come together', () => {
  begin();
  happen([0, 'run.started'], [0, 'step.started', A]);
  jest.advanceTimersByTime(100);
  happen([100, 'step.failed', { ...A, failure: FAILURE }]);
  happen([100, 'run.finished', ended({ status: 'failed', failure: { ...FAILURE, stepKey: 'a' } })]);
  jest.advanceTimersByTime(10_000);
  expect(said.slice(1)).toEqual([
    [100, 'Classify failed: No answer.', 'assertive'],
    [100, 'The run ended: Failed · Classify · No answer. It took 0.1 seconds.', 'assertive'],
  ]);
});

it('says nothing of what a run did before somebody came, but what it is at', () => {
  jest.setSystemTime(20_000);
  begin(false);
  happen([0, 'run.started'], [0, 'step.started', A]);
  happen([1, 'step.succeeded', A], [1, 'step.started', B]);
  jest.advanceTimersByTime(5_000);
  begin(false);
  happen([0, 'run.started'], [0, 'step.started', A]);
  jest.advanceTimersByTime(1_000);
  happen([1, 'run.finished', ended({ status: 'failed', failure: FAILURE })]);
  jest.advanceTimersByTime(5_000);
  expect(said.map(([, words]) => words)).toEqual(['Running: Retrieve.']);
});

it('is silent about steps for whoever does not want to hear of them, not about how the run ends', () => {
  TestBed.inject(Aids).use('announcesRuns', false);
  begin();
  happen([0, 'run.started'], [0, 'step.started', A]);
  jest.advanceTimersByTime(5_000);
  expect(said).toEqual([]);
  happen([5_000, 'run.finished', ended({ status: 'stopped', reason: 'stopped by a member' })]);
  jest.advanceTimersByTime(5_000);
  expect(said.map(([, words]) => words)).toEqual(['The run ended: Stopped · stopped by a member. It took 5 seconds.']);
});

it('says once why a run cannot go on', () => {
  begin();
  for (const reason of ['No worker.', 'No worker.']) {
    pulse.set({ needsAttention: { reason, since: '' }, waitingFor: null } as Partial<Pulse>);
    TestBed.tick();
  }
  expect(said).toEqual([[0, 'No worker.', 'assertive']]);
});
