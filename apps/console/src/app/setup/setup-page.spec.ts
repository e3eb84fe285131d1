import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { SetupPage } from './setup-page.js';

interface Team {
  readonly providers?: readonly string[];
  readonly standsIn?: string;
  readonly local?: string;
  readonly hasRun?: boolean;
}

/** What the API says of a team. */
function answersOf({ providers = [], standsIn, local = 'off', hasRun = false }: Team): Record<string, object> {
  const localModel = {
    __typename: 'LocalModel',
    ...{ state: local, model: null, isInUse: providers.length === 0, receivedBytes: 0, totalBytes: 0, error: null },
  };
  return {
    FirstSteps: {
      providers: providers.map((name) => ({
        __typename: 'Provider',
        ...{ name, baseUrl: 'http://127.0.0.1:1/v1', hasKey: false, models: ['m'], source: 'team' },
      })),
      modelSettings: {
        __typename: 'TeamModelSettings',
        ...{ defaultProvider: standsIn ?? null, defaultModel: standsIn ? 'm' : null, standIn: standsIn !== undefined },
      },
      localModel,
    },
    LocalModel: { localModel },
    FoundServers: { modelServersFound: [] },
    Templates: { templates: [] },
    TestProvider: { testProvider: { __typename: 'P', durationMs: 1, models: ['m'], answer: null, errors: [] } },
    Runs: {
      runs: {
        __typename: 'RunConnection',
        edges: hasRun ? [{ __typename: 'RunEdge', cursor: 'c', node: RUN }] : [],
        pageInfo: { __typename: 'PageInfo', hasNextPage: false, endCursor: null },
      },
    },
  };
}

const RUN = {
  ...{ __typename: 'Run', id: 'r', appId: 'a', app: { __typename: 'App', id: 'a', name: 'A' }, status: 'SUCCEEDED' },
  ...{ isRecovering: false, needsAttention: null, waitingFor: null, reason: null, failure: null, channel: 'console' },
  ...{ query: null, inputs: {}, stepCount: 1, createdAt: '2024-01-01T00:00:00Z', startedAt: null, finishedAt: null },
  ...{ version: null, usage: null },
};

async function show(team: Team, address = '/setup'): Promise<HTMLElement> {
  const answers = answersOf(team);
  const link = new ApolloLink(
    ({ operationName = '' }) =>
      new Observable((observer) => {
        observer.next({ data: answers[operationName] as Record<string, unknown> });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [
      provideRouter([{ path: 'setup', component: SetupPage }], withComponentInputBinding()),
      { provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) },
    ],
  });
  await TestBed.inject(Texts).use('en');
  TestBed.inject(Session).viewer.set({ id: 'm', email: 'e', role: 'owner', team: { id: 't', name: 'T' } });
  const harness = await RouterTestingHarness.create(address);
  await harness.fixture.whenStable();
  return harness.fixture.nativeElement as HTMLElement;
}

const heading = (page: HTMLElement) => page.querySelector('h2')?.textContent.trim();

it.each([
  ['nothing is there', {}, 'Choose a model'],
  ['a provider is added and none answers', { providers: ['mine'] }, 'Choose a model'],
  ['the local model is on its way', { local: 'downloading' }, 'Choose a model'],
  ['a provider answers', { providers: ['mine'], standsIn: 'mine' }, 'Choose a template'],
  ['something was asked', { hasRun: true }, 'You have had a first answer'],
] as const)('begins where the team is: %s', async (_case, team, expected) => {
  expect(heading(await show(team))).toBe(expected);
});

it('shows the step that the address names', async () => {
  expect(heading(await show({ providers: ['openai'] }, '/setup?step=model'))).toBe('Choose a model');
});

it('waits with an app that was made until a model answers', async () => {
  const page = await show({ local: 'loading' }, '/setup?app=a&template=chatbot');
  expect(heading(page)).toBe('Ask it');
  expect(page.querySelector('[data-testid="setup.ask.open"]')).toBeNull();
});

it('opens an app that was made when a model answers', async () => {
  const page = await show({ local: 'ready' }, '/setup?app=a&template=chatbot');
  const link = page.querySelector('[data-testid="setup.ask.open"]');
  expect(link?.getAttribute('href')).toBe('/apps/a/graph?template=chatbot');
});
