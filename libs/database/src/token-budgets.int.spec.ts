import type { TeamId } from '@tenon/base';
import type { StepResult } from '@tenon/engine';
import { closeAttempt, openAttempt, TeamRepository, TokenBudgets } from './index.js';
import { startTestDatabase, type TestDatabase } from './testing/index.js';
import { seedTwoSteps } from './testing/two-steps.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await startTestDatabase();
}, 60_000);
afterAll(() => test.close());

/** A team that has used so many tokens today, in one call. */
async function teamThatUsed(tokens: number): Promise<TeamId> {
  const { key } = await seedTwoSteps(test.database);
  await openAttempt(test.database, key, { workerId: 'w1', inputs: {}, events: [] });
  const usage = { promptTokens: tokens, completionTokens: 0, totalTokens: tokens };
  const result: StepResult = { ok: true, outputs: {}, usage };
  await closeAttempt(test.database, key, 1, result, {});
  return key.teamId;
}

const settle = (teamId: TeamId, tokensPerDay: number | null) =>
  new TeamRepository(test.database).saveSettings(teamId, { keepRunsDays: null, keepTestRunsDays: null, tokensPerDay });

describe('B70 the tokens of a team', () => {
  it('are spent when as many are used as the instance lets a team use in a day', async () => {
    const teamId = await teamThatUsed(100);
    await new TokenBudgets(test.database, 101).check(teamId);
    await expect(new TokenBudgets(test.database, 100).check(teamId)).rejects.toMatchObject({
      ...{ code: 'budget.spent', kind: 'limited' },
      message: expect.stringMatching(
        /used 100 of the 100 tokens .* wait until \d{4}-\d\d-\d\dT00:00:00\.000Z/,
      ) as string,
      retryAfterMs: expect.any(Number) as number,
    });
  });

  it('have no limit where nobody set one', async () => {
    const teamId = await teamThatUsed(1_000_000);
    await new TokenBudgets(test.database, undefined).check(teamId);
  });

  it('are what the team has settled, be it more, less or nothing', async () => {
    const teamId = await teamThatUsed(100);
    await settle(teamId, 1_000);
    await new TokenBudgets(test.database, 10).check(teamId);
    await settle(teamId, 0);
    await expect(new TokenBudgets(test.database, 1_000).check(teamId)).rejects.toMatchObject({ code: 'budget.spent' });
    await settle(teamId, null);
    await new TokenBudgets(test.database, 101).check(teamId);
  });

  it('are counted anew each day, and for itself alone', async () => {
    const teamId = await teamThatUsed(100);
    const budgets = new TokenBudgets(test.database, 100);
    await test.database.rows(`update app_usage set day = day - 1 where team_id = $1`, [teamId]);
    await budgets.check(teamId);
    await expect(budgets.check(await teamThatUsed(100))).rejects.toMatchObject({ code: 'budget.spent' });
    await budgets.check(teamId);
  });

  it('are added up when calls of many runs end at once', async () => {
    const { key } = await seedTwoSteps(test.database);
    const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };
    const call = async (attempt: number) => {
      await openAttempt(test.database, { ...key, attempt }, { workerId: 'w1', inputs: {}, events: [] });
      await closeAttempt(test.database, { ...key, attempt }, 1, { ok: true, outputs: {}, usage }, {});
    };
    await Promise.all(Array.from({ length: 50 }, (_, index) => call(index + 1)));
    expect((await new TokenBudgets(test.database, 100).find(key.teamId)).usedToday).toBe(100);
  });
});
