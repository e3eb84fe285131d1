import { TestBed } from '@angular/core/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Unanswered } from '../api/problem.js';
import { RunStarts } from './run-starts.js';

type Answer = 'away' | 'broken' | 'refused' | 'silent' | { readonly run: string };

const REFUSAL = { __typename: 'UserError', code: 'run.invalidInputs', message: 'No.', path: [] };
const never = new AbortController().signal;
const request = { appId: 'a', useDraft: true, inputs: {}, query: 'hello' };

/** The keys with which was asked. */
let keys: string[];

/** What a page has that was just loaded. */
function load(...answers: Answer[]): RunStarts {
  const link = new ApolloLink(
    ({ variables }) =>
      new Observable((observer) => {
        keys.push((variables['input'] as { idempotencyKey: string }).idempotencyKey);
        const answer = answers.shift();
        if (answer === 'silent') return;
        if (answer === 'broken') return observer.error(new TypeError('a is undefined'));
        if (answer === 'away') return observer.error(new Unanswered('Failed to fetch'));
        const run = typeof answer === 'object' ? { __typename: 'Run', id: answer.run, conversationId: null } : null;
        const errors = answer === 'refused' ? [REFUSAL] : [];
        observer.next({ data: { startRun: { __typename: 'StartRunPayload', run, errors } } });
        observer.complete();
      }),
  );
  TestBed.resetTestingModule();
  TestBed.configureTestingModule({
    providers: [{ provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) }],
  });
  return TestBed.inject(RunStarts);
}

beforeEach(() => {
  keys = [];
  sessionStorage.clear();
});

it('asks again when the API was away, for the same run', async () => {
  expect(await load('away', 'away', { run: 'r' }).start(request, never)).toBe('r');
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

it('asks for the same run after a reload while there was no answer, and for another one after it', async () => {
  const leaving = new AbortController();
  const started = load('silent').start(request, leaving.signal);
  leaving.abort();
  await expect(started).rejects.toThrow();
  const starts = load({ run: 'r' }, { run: 's' });
  await starts.start(request, never);
  await starts.start(request, never);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).not.toBe(keys[0]);
});

it('asks for another run with another question', async () => {
  const leaving = new AbortController();
  const starts = load('silent', { run: 'r' });
  const started = starts.start(request, leaving.signal);
  leaving.abort();
  await expect(started).rejects.toThrow();
  await starts.start({ ...request, query: 'bye' }, never);
  expect(keys[1]).not.toBe(keys[0]);
});

it('says why it was refused, and does not ask again', async () => {
  await expect(load('refused').start(request, never)).rejects.toMatchObject({ code: 'run.invalidInputs' });
  expect(keys).toHaveLength(1);
});

it('does not ask again without end where the page itself is wrong', async () => {
  await expect(load('broken').start(request, never)).rejects.toThrow('a is undefined');
  expect(keys).toHaveLength(1);
});
