import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { settled } from './settled.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('has at once what is there at first, and then what has stood for a moment', () => {
  const typed = signal('');
  const value = TestBed.runInInjectionContext(() => settled(typed));
  typed.set('from the address');
  expect(value()).toBe('from the address');
  TestBed.tick();
  for (const text of ['m', 'ma', 'mai', 'mail']) {
    typed.set(text);
    TestBed.tick();
    jest.advanceTimersByTime(150);
    expect(value()).toBe('from the address');
  }
  jest.advanceTimersByTime(100);
  expect(value()).toBe('mail');
});
