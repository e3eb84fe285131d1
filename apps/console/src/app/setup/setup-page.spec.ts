import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter, Router, withComponentInputBinding } from '@angular/router';
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
  /** Names of its apps, whose ids are `app-0`, `app-1`, …. */
  readonly apps?: readonly string[];
}

/** What the API says of a team. */
function answersOf({
  providers = [],
  standsIn,
  local = 'off',
  hasRun = false,
  apps = [],
}: Team): Record<string, object> {
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
    Templates: { templates: [TEMPLATE] },
    Apps: {
      apps: {
        __typename: 'AppConnection',
        edges: apps.map((name, index) => ({ __typename: 'AppEdge', node: { ...APP, id: `app-${index}`, name } })),
        pageInfo: { __typename: 'PageInfo', hasNextPage: false, endCursor: null },
      },
    },
    ImportApp: { importApp: { __typename: 'Q', app: { ...APP, id: 'made', name: 'Chatbot' }, issues: [], errors: [] } },
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

const APP = {
  ...{ __typename: 'App', description: '', icon: '', iconBackground: '', mode: 'advanced-chat' },
  ...{ updatedAt: '2024-01-01T00:00:00Z', liveVersion: null },
};
const GRAPH = {
  nodes: [
    { id: 'a', type: 'custom', position: { x: 0, y: 0 }, data: { type: 'start', title: 'A' } },
    { id: 'b', type: 'custom', position: { x: 300, y: 0 }, data: { type: 'answer', title: 'B' } },
  ],
  edges: [{ id: 'e', source: 'a', sourceHandle: 'source', target: 'b', targetHandle: 'target' }],
};
const TEMPLATE = {
  ...{ __typename: 'Template', id: 'chatbot', title: 'Chatbot', summary: 'Talks.', category: 'CHAT', name: 'Chatbot' },
  ...{ mode: 'advanced-chat', icon: '', iconBackground: '', needs: ['MODEL'], content: 'kind: app', inputs: {} },
  ...{ query: 'Hello', definition: { app: { mode: 'advanced-chat' }, workflow: { graph: GRAPH } } },
};

const RUN = {
  ...{ __typename: 'Run', id: 'r', appId: 'a', app: { __typename: 'App', id: 'a', name: 'A' }, status: 'SUCCEEDED' },
  ...{ isRecovering: false, needsAttention: null, waitingFor: null, reason: null, failure: null, channel: 'console' },
  ...{ query: null, inputs: {}, stepCount: 1, createdAt: '2024-01-01T00:00:00Z', startedAt: null, finishedAt: null },
  ...{ version: null, usage: null },
};

/** Stands for the page of an app. */
@Component({ template: '' })
class AppPage {}

let asked: string[];
let answers: Record<string, object>;

async function show(team: Team, address = '/setup'): Promise<HTMLElement> {
  answers = answersOf(team);
  asked = [];
  const link = new ApolloLink(
    ({ operationName = '' }) =>
      new Observable((observer) => {
        asked.push(operationName);
        observer.next({ data: answers[operationName] as Record<string, unknown> });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [
      provideRouter(
        [
          { path: 'setup', component: SetupPage },
          { path: 'apps/:app/graph', component: AppPage },
        ],
        withComponentInputBinding(),
      ),
      { provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) },
    ],
  });
  await TestBed.inject(Texts).use('en');
  TestBed.inject(Session).viewer.set({
    id: 'm',
    email: 'e',
    role: 'owner',
    team: { id: 't', name: 'T' },
    appearance: { language: null, theme: null, announcesRuns: null, hasLetterKeys: null },
  });
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

it('shows what a template looks like, and asks the app that the team was given of it', async () => {
  const page = await show({ providers: ['openai'], apps: ['Other', 'Chatbot'] });
  expect(page.querySelectorAll('tn-template-picture rect')).toHaveLength(2);
  page.querySelector<HTMLElement>('[data-testid="templates.use.chatbot"]')?.click();
  await until(() => TestBed.inject(Router).url === '/apps/app-1/graph?template=chatbot');
  expect(asked).not.toContain('ImportApp');
});

it('makes the app of a template that the team has none of, and waits with it for a model', async () => {
  const page = await show({ local: 'downloading' }, '/setup?step=template');
  page.querySelector<HTMLElement>('[data-testid="templates.use.chatbot"]')?.click();
  await until(() => TestBed.inject(Router).url === '/setup?step=ask&app=made&template=chatbot');
});

it('notices by itself that the local model comes, and that it is there', async () => {
  const page = await show({ local: 'absent' });
  expect(page.querySelector('tn-local-model-card')).toBeNull();
  answers = answersOf({ local: 'downloading' });
  await until(() => page.querySelector('tn-local-model-card') !== null);
  answers = answersOf({ local: 'ready' });
  await until(() => heading(page) === 'Choose a template');
}, 20_000);

it('leads nobody on from a form that they fill in', async () => {
  Element.prototype.scrollIntoView = () => undefined; // a document without a layout has none
  const page = await show({ local: 'downloading' }, '/setup?way=address');
  const address = page.querySelector<HTMLInputElement>('[data-testid="models.address"]');
  if (address) address.value = 'http://127.0.0.1:1/v1';
  answers = answersOf({ local: 'ready' });
  await until(() => page.querySelector('[data-testid="setup.model.ready"]') !== null);
  expect(page.querySelector<HTMLInputElement>('[data-testid="models.address"]')?.value).toBe('http://127.0.0.1:1/v1');
}, 20_000);

/** Looks again until it is so; the test's own limit ends it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
