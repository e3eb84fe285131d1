import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable, type OperationVariables } from '@apollo/client';
import { RunPlaceDocument, type RunPlaceQueryVariables } from '../shell/palette.generated.js';
import { ask } from './ask.js';

/** What the API says to each question, in their order; the last one again and again. */
type Replies = readonly (string | { readonly refusal: string } | 'nothing')[];

const NOTHING = 'nothing';
let questions: OperationVariables[];

function open(replies: Replies, pollMs?: number, last?: string) {
  questions = [];
  const link = new ApolloLink(
    ({ variables }) =>
      new Observable((observer) => {
        const reply = replies[Math.min(questions.push(variables), replies.length) - 1];
        if (reply === NOTHING) return;
        if (typeof reply === 'object') {
          const extensions = { reason: 'run.odd', code: 'INVALID' };
          observer.next({ data: null, errors: [{ message: reply.refusal, extensions }] });
        } else observer.next({ data: { run: run(String(variables['id']), reply ?? '') } });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [{ provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) }],
  });
  const variables = signal<RunPlaceQueryVariables | undefined>({ id: 'a' });
  const asked = TestBed.runInInjectionContext(() =>
    ask(RunPlaceDocument, variables, { ...(pollMs && { pollMs }), pollsWhile: ({ run }) => run?.app.name !== last }),
  );
  return { asked, variables, name: () => asked.data()?.run?.app.name };
}

const run = (id: string, name: string) => ({
  ...{ __typename: 'Run', id, appId: `app of ${id}` },
  app: { __typename: 'App', id: `app of ${id}`, name },
});

/** Looks again until it is so; the test's own limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    TestBed.tick();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

it('keeps what is there beside what kept the next answer away, and goes on asking', async () => {
  const { asked, name } = open(['one', { refusal: 'not now' }, { refusal: 'not now' }, 'two'], 5);
  await until(() => name() === 'one');
  expect(asked.problem()).toBeUndefined();
  await until(() => asked.problem() !== undefined);
  expect(asked.problem()).toMatchObject({ code: 'run.odd', message: 'not now' });
  expect(name()).toBe('one');
  await until(() => name() === 'two');
  expect(asked.problem()).toBeUndefined();
});

it('says what kept a first answer away, and asks again on wish', async () => {
  const { asked, name } = open([{ refusal: 'not now' }, 'one']);
  await until(() => asked.problem() !== undefined);
  expect(name()).toBeUndefined();
  asked.reload();
  await until(() => name() === 'one');
  expect(asked.problem()).toBeUndefined();
});

it('does not begin anew for what is equal', async () => {
  const { asked, name, variables } = open(['one', 'two']);
  await until(() => name() === 'one');
  variables.set({ id: 'a' });
  TestBed.tick();
  expect(name()).toBe('one');
  variables.set({ id: 'b' });
  expect(name()).toBeUndefined();
  await until(() => name() === 'two');
  expect(questions).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(asked.isLoading()).toBe(false);
});

it('says that an answer is awaited, while the old one is seen', async () => {
  const { asked, name } = open(['one', NOTHING]);
  expect(asked.isLoading()).toBe(true);
  await until(() => name() === 'one' && !asked.isLoading());
  asked.reload();
  await until(() => asked.isLoading());
  expect(name()).toBe('one');
});

it('asks once more on wish where no answer comes', async () => {
  const { asked, name } = open([NOTHING, 'one']);
  await until(() => questions.length === 1);
  asked.reload();
  await until(() => name() === 'one');
});

it('asks no more once what it knows changes no more, until somebody wishes it', async () => {
  const { asked, name } = open(['one', 'end', 'two'], 5, 'end');
  await until(() => name() === 'end');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(questions).toHaveLength(2);
  asked.reload();
  await until(() => name() === 'two');
});
