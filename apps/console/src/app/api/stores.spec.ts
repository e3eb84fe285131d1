import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Texts } from '../language/texts.js';
import { Aids } from '../shell/aids.js';
import { RecentPlaces } from '../shell/recent-places.js';
import { ThemeChoice } from '../shell/theme.js';
import { Session } from './session.js';
import { browserStore, tabStore } from './stores.js';
import { recall, remember } from './tab-memory.js';

const VIEWER = {
  ...{ __typename: 'Viewer', id: 'v', email: 'v@tenon.local', role: 'member' },
  team: { __typename: 'Team', id: 't', name: 'T' },
  appearance: { __typename: 'Appearance', language: null, theme: null },
};

const refuse = () => {
  throw new DOMException('Refused.', 'SecurityError');
};
const given = Object.getOwnPropertyDescriptors(globalThis);

/** How a browser refuses: it has no storage to give, or one that takes nothing. */
const REFUSALS: Record<string, () => void> = {
  'that is not given': () => {
    for (const name of ['sessionStorage', 'localStorage'])
      Object.defineProperty(globalThis, name, { configurable: true, get: refuse });
  },
  'that takes nothing': () => {
    jest.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse);
  },
};

beforeEach(() => {
  globalThis.matchMedia = (() => ({ matches: false, addEventListener: () => undefined })) as never;
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['sessionStorage', 'localStorage'] as const)
    Object.defineProperty(globalThis, name, given[name] as PropertyDescriptor);
  tabStore.clear();
  browserStore.clear();
});

describe.each(Object.keys(REFUSALS))('a storage %s', (how) => {
  beforeEach(() => REFUSALS[how]?.());

  it('leaves a page on which one signs in, chooses, and types', async () => {
    const link = new ApolloLink(
      () =>
        new Observable((observer) => {
          observer.next({ data: { signIn: { __typename: 'P', viewer: VIEWER, errors: [] } } });
          observer.complete();
        }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    TestBed.configureTestingModule({
      providers: [provideRouter([]), { provide: ApolloClient, useValue: client }],
    });
    await TestBed.inject(Texts).use('zh-Hans');
    TestBed.inject(ThemeChoice).use('dark');
    TestBed.inject(Aids).use('hasLetterKeys', false);
    TestBed.inject(RecentPlaces);
    await TestBed.inject(Session).signIn('v', 'x');
    TestBed.tick();
    expect(TestBed.inject(Session).viewer()?.id).toBe('v');
    remember('tenon.form.a', { a: 1 });
    expect(recall('tenon.form.a')).toEqual({ a: 1 });
    expect([browserStore.read('tenon.language'), browserStore.read('tenon.theme')]).toEqual(['zh-Hans', 'dark']);
  });
});

it('a text that is refused is not the older one', () => {
  tabStore.write('a', 'old');
  jest.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse);
  tabStore.write('a', 'new');
  expect(tabStore.read('a')).toBe('new');
  tabStore.write('a', undefined);
  expect([tabStore.read('a'), sessionStorage.getItem('a')]).toEqual([undefined, null]);
});
