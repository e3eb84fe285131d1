import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { RunStatus } from '../api/schema.generated.js';
import { untilSettled } from './until-settled.js';

afterEach(() => jest.useRealTimers());

it('asks again after the end until all is recorded, and neither before nor for ever', () => {
  jest.useFakeTimers();
  const reload = jest.fn();
  const status = signal<RunStatus>('RUNNING');
  const isSettled = signal(false);
  TestBed.runInInjectionContext(() =>
    untilSettled({ reload }, () => ({ id: 'r', status: status(), isSettled: isSettled() })),
  );
  const later = (ms: number) => {
    TestBed.tick();
    jest.advanceTimersByTime(ms);
  };
  later(5_000);
  expect(reload).not.toHaveBeenCalled();
  status.set('STOPPED');
  later(3_000);
  expect(reload).toHaveBeenCalledTimes(3);
  isSettled.set(true);
  later(5_000);
  expect(reload).toHaveBeenCalledTimes(3);
  isSettled.set(false);
  later(600_000);
  expect(reload).toHaveBeenCalledTimes(123);
});
