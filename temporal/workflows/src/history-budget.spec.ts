import { EVENTS_OF, HISTORY_LIMITS, HistoryBudget } from './history-budget.js';

const MANY = HISTORY_LIMITS.events / EVENTS_OF.call;

it('a history is long when it has many events, however small', () => {
  const budget = new HistoryBudget();
  for (let i = 0; i < MANY; i++) budget.spend(EVENTS_OF.call);
  expect(budget.isSpent).toBe(false);
  budget.spend(EVENTS_OF.localCall);
  expect(budget.isSpent).toBe(true);
});

it('a history is long when its values are large, however few, and has as much again when that is granted', () => {
  const budget = new HistoryBudget();
  budget.spend(EVENTS_OF.call, HISTORY_LIMITS.sizeBytes / 2);
  expect(budget.isSpent).toBe(false);
  budget.spend(0, HISTORY_LIMITS.sizeBytes / 2);
  expect(budget.isSpent).toBe(true);
  budget.renew();
  expect(budget.isSpent).toBe(false);
});
