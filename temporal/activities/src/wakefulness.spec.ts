import { GivenAway, Wakefulness } from './wakefulness.js';

it('work is in doubt that began before the process stood still, or just after', () => {
  let at = 0;
  const wakefulness = new Wakefulness(() => at);
  const isInDoubt = (begunAt: number) => {
    try {
      wakefulness.check(begunAt);
      return false;
    } catch (error) {
      return error instanceof GivenAway;
    }
  };
  at = 3_900;
  expect(isInDoubt(0)).toBe(false);
  at = 8_000;
  expect(isInDoubt(3_900)).toBe(true);
  at = 8_600;
  expect(isInDoubt(8_500)).toBe(true);
  at = 9_500;
  expect(isInDoubt(9_100)).toBe(false);
  expect(isInDoubt(8_500)).toBe(true);
});
