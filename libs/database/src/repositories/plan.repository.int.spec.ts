import { buildPlan } from '@tenon/engine/testing';
import { seedApp, startTestDatabase, type TestDatabase } from '../testing/index.js';
import { PlanRepository } from './plan.repository.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

const planOf = (characters: number) => ({ ...buildPlan('start -> end'), root: 'r'.repeat(characters) });

it.each([
  ['small', 10],
  ['large', 1_000_000],
])('a %s plan that is in use is not read a second time', async (_size, characters) => {
  const plan = planOf(characters);
  const { teamId } = await seedApp(test.database, plan);
  const plans = new PlanRepository(test.database);
  const first = await plans.get(teamId, 'plan');
  expect(first).toEqual(plan);
  expect(await plans.get(teamId, 'plan')).toBe(first);
});
