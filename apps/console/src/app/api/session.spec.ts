import { TestBed } from '@angular/core/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Session } from './session.js';

const viewerOf = (id: string) => ({
  ...{ __typename: 'Viewer', id, email: `${id}@tenon.local`, role: 'member' },
  team: { __typename: 'Team', id: 't', name: 'T' },
  appearance: { __typename: 'Appearance', language: null, theme: null },
});

beforeEach(() => {
  sessionStorage.clear();
  let next = '';
  const link = new ApolloLink(
    ({ operationName, variables }) =>
      new Observable((observer) => {
        next = (variables['input'] as { email?: string } | undefined)?.email ?? next;
        const of = { SignIn: { signIn: { __typename: 'P', viewer: viewerOf(next), errors: [] } } };
        observer.next({
          data: operationName === 'SignIn' ? of.SignIn : { signOut: { __typename: 'P', errors: [] } },
        });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [{ provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) }],
  });
});

/** Somebody fills in a form. */
async function workAs(id: string): Promise<void> {
  await TestBed.inject(Session).signIn(id, 'x');
  sessionStorage.setItem('tenon.form.a', id);
}

it('keeps what was typed for the one whose session was over, and shows nothing of it to the next', async () => {
  await workAs('one');
  await TestBed.inject(Session).signIn('one', 'x');
  expect(sessionStorage.getItem('tenon.form.a')).toBe('one');
  await TestBed.inject(Session).signIn('two', 'x');
  expect(sessionStorage.getItem('tenon.form.a')).toBeNull();
});

it('leaves nothing where somebody has signed out', async () => {
  await workAs('one');
  await TestBed.inject(Session).signOut();
  expect(sessionStorage.getItem('tenon.form.a')).toBeNull();
});
