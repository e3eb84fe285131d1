import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { Problem } from '../api/problem.js';
import { Session } from '../api/session.js';
import { Texts } from '../language/texts.js';
import { Pending } from './pending.js';

const [data, problem, isLoading] = [signal<unknown>(undefined), signal<Problem | undefined>(undefined), signal(true)];
const reload = jest.fn();

@Component({ selector: 'tn-pending-host', imports: [Pending], template: `<tn-pending [of]="asked" />` })
class Host {
  readonly asked = { data, problem, isLoading, reload };
}

const OWNERS = new ApolloLink(
  () =>
    new Observable((observer) => {
      const team = { __typename: 'Team', id: 't', owners: ['ann@x.test', 'bo@x.test'] };
      observer.next({ data: { viewer: { __typename: 'Viewer', id: 'v', team } } });
      observer.complete();
    }),
);

async function open() {
  TestBed.configureTestingModule({
    providers: [
      { provide: Session, useValue: { viewer: signal({ team: { name: 'Our team' } }) } },
      { provide: ApolloClient, useValue: new ApolloClient({ link: OWNERS, cache: new InMemoryCache() }) },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const host = TestBed.createComponent(Host);
  const page = host.nativeElement as HTMLElement;
  const look = () => {
    TestBed.tick();
    return page.textContent;
  };
  look();
  return { page, look };
}

beforeEach(() => {
  data.set(undefined);
  problem.set(undefined);
  isLoading.set(true);
  reload.mockReset();
});

it('says after eight seconds that it still loads, and asks again on wish', async () => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'requestAnimationFrame'] });
  const { page, look } = await open();
  jest.advanceTimersByTime(7_900);
  expect(look()).not.toContain('Still loading');
  jest.advanceTimersByTime(200);
  expect(look()).toContain('Still loading');
  page.querySelector<HTMLElement>('button')?.click();
  expect(reload).toHaveBeenCalledTimes(1);
  jest.useRealTimers();
});

it('stands above what is there: that it is asked anew, and why it is old', async () => {
  data.set({});
  const { page, look } = await open();
  expect(page.querySelector('[role=progressbar]')).not.toBeNull();
  isLoading.set(false);
  problem.set(new Problem('Too much.', 'page.tooLarge'));
  expect(look()).toContain('This may be out of date. Too much.');
  expect(page.querySelector('[role=progressbar]')).toBeNull();
  problem.set(undefined);
  expect(look()?.trim()).toBe('');
});

it('says who can do what a member may not', async () => {
  problem.set(new Problem('Only an owner of the team may do this.', 'auth.notOwner'));
  const { page, look } = await open();
  expect(look()).toContain('This takes the permission of an owner of Our team');
  while (!look()?.includes('ask ann@x.test or bo@x.test.')) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(page.querySelector('button')).toBeNull();
});
