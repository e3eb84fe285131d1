import { LiveAnnouncer } from '@angular/cdk/a11y';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Texts } from '../language/texts.js';
import { announceFound } from './announce-found.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('says what a search has found once somebody pauses, and nothing of what a page opens with', async () => {
  const announce = jest.fn(() => Promise.resolve());
  TestBed.configureTestingModule({ providers: [{ provide: LiveAnnouncer, useValue: { announce } }] });
  await TestBed.inject(Texts).use('en');
  const [sought, count] = [signal('from the address'), signal<number | undefined>(undefined)];
  TestBed.runInInjectionContext(() => announceFound(sought, count));
  const pass = (ms: number) => {
    TestBed.tick();
    jest.advanceTimersByTime(ms);
  };
  pass(1_000);
  count.set(7);
  pass(1_000);
  expect(announce).not.toHaveBeenCalled();
  sought.set('m');
  pass(400);
  sought.set('ma');
  count.set(undefined);
  pass(1_000);
  count.set(5);
  pass(600);
  expect(announce.mock.calls).toEqual([['5 results', 'polite']]);
});
