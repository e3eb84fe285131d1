import { TestBed } from '@angular/core/testing';
import { Clock } from './clock.js';

const TRUE = Date.parse('2026-01-01T12:00:00.400Z');
const HOUR_MS = 3_600_000;

/** A browser whose clock is wrong by so much. */
function browser(wrongBy: number) {
  let [now, there, latency] = [TRUE + wrongBy, TRUE, 0];
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const pass = (ms: number) => {
    now += ms;
    there += ms;
  };
  const clock = TestBed.inject(Clock);
  const ask = clock.setBy(async () => {
    pass(latency / 2);
    const date = new Date(there).toUTCString();
    pass(latency / 2);
    return { headers: new Map([['date', date]]) } as never;
  });
  return {
    clock,
    pass,
    ask: (takes = 20) => ((latency = takes), ask('/graphql')),
    error: () => clock.now() - there,
    turn: (ms: number) => (now += ms),
  };
}
afterEach(() => jest.restoreAllMocks());

it.each([3 * HOUR_MS, -3 * HOUR_MS])(
  'tells the time of the API where the browser is wrong by %s ms',
  async (wrongBy) => {
    const { clock, ask, error, pass } = browser(wrongBy);
    await ask(900);
    expect(Math.abs(error())).toBeLessThan(1_500);
    expect(Math.abs(clock.second() - clock.now())).toBe(0);
    expect(Math.abs(clock.minute() - clock.now())).toBe(0);
    for (let asked = 0; asked < 20; asked += 1) {
      pass(3_050);
      await ask();
    }
    expect(Math.abs(error())).toBeLessThan(150);
  },
);

it('leaves a clock alone that is right', async () => {
  const { ask, error, pass } = browser(0);
  for (const takes of [20, 8_000, 300]) {
    await ask(takes);
    pass(777);
  }
  expect(error()).toBe(0);
});

it('follows a clock that somebody puts right', async () => {
  const { ask, error, turn } = browser(3 * HOUR_MS);
  await ask();
  turn(-3 * HOUR_MS);
  await ask();
  expect(Math.abs(error())).toBeLessThan(1_100);
});

it('is not set by an answer that says no time', async () => {
  const clock = TestBed.inject(Clock);
  const before = clock.now() - Date.now();
  await clock.setBy(async () => ({ headers: new Map() }) as never)('/graphql');
  expect(clock.now() - Date.now()).toBe(before);
});
