import { TestBed } from '@angular/core/testing';
import { ApolloClient } from '@apollo/client';
import { Unanswered } from '../api/problem.js';
import { RunSteps } from './run-steps.js';

type Question = { readonly variables: { readonly id: string; readonly keys?: readonly string[] } };

const step = (key: string, status = 'RUNNING') => ({ key, status, attempts: [] });
const run = (...steps: object[]) => ({ data: { run: { id: 'r', status: 'RUNNING', lastSeq: 7, steps } } });

let answers: (object | Error)[];
let asked: Question[];
let steps: RunSteps;

beforeEach(() => {
  jest.useFakeTimers();
  [answers, asked] = [[], []];
  const query = (question: Question) => {
    asked.push(question);
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  TestBed.configureTestingModule({ providers: [RunSteps, { provide: ApolloClient, useValue: { query } }] });
  steps = TestBed.inject(RunSteps);
});
afterEach(() => jest.useRealTimers());

const shown = () => steps.rows()?.map(({ key, status }) => `${key} ${status}`);

it('reads all once, then together those alone of which there is news, and keeps their order', async () => {
  answers.push(run(step('a'), step('b')), run(step('a', 'SUCCEEDED'), step('c')));
  expect(await steps.open('r')).toMatchObject({ lastSeq: 7 });
  expect(shown()).toEqual(['a RUNNING', 'b RUNNING']);
  steps.note(['a']);
  steps.note(['c', 'a']);
  await jest.advanceTimersByTimeAsync(300);
  expect(asked.map(({ variables }) => variables.keys)).toEqual([undefined, ['a', 'c']]);
  expect(shown()).toEqual(['a SUCCEEDED', 'b RUNNING', 'c RUNNING']);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(2);
});

it('does not wait for an end of news that never stops', async () => {
  answers.push(run(), run(step('a')));
  await steps.open('r');
  for (let ms = 0; ms < 300; ms += 50) {
    steps.note(['a']);
    await jest.advanceTimersByTimeAsync(50);
  }
  expect(shown()).toEqual(['a RUNNING']);
});

it('asks again for what it had no answer to', async () => {
  answers.push(run(step('a')), new Unanswered('away'), run(step('a', 'FAILED'), step('b')));
  await steps.open('r');
  steps.note(['a']);
  await jest.advanceTimersByTimeAsync(300);
  expect([steps.problem()?.code, shown()]).toEqual(['api.away', ['a RUNNING']]);
  steps.note(['b']);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(asked.at(-1)?.variables.keys).toEqual(['a', 'b']);
  expect(shown()).toEqual(['a FAILED', 'b RUNNING']);
  expect(steps.problem()).toBeUndefined();
});

it('asks again at once on wish', async () => {
  answers.push(run(step('a')), new Error('away'), run(step('a', 'FAILED')));
  await steps.open('r');
  steps.note(['a']);
  await jest.advanceTimersByTimeAsync(300);
  steps.retry();
  await jest.advanceTimersByTimeAsync(0);
  expect(shown()).toEqual(['a FAILED']);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(3);
});

it('says why there are none, and takes no answer of a run that it has left', async () => {
  answers.push(new Unanswered('away'));
  expect(await steps.open('r')).toBeUndefined();
  expect(steps.problem()?.code).toBe('api.away');
  answers.push(run(step('a')), run());
  const left = steps.open('r');
  await steps.open('s');
  expect(await left).toBeUndefined();
  expect(shown()).toEqual([]);
});
