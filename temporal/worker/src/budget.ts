import type { TokenBudgets } from '@tenon/database';
import type { ModelDirectory } from '@tenon/ports';

/** The same models, for teams that have tokens left of today. A step gets its model anew for each call. */
export function withinBudget(models: ModelDirectory, budgets: Pick<TokenBudgets, 'check'>): ModelDirectory {
  return {
    getChatModel: async (teamId, name) => {
      const [model] = await Promise.all([models.getChatModel(teamId, name), budgets.check(teamId)]);
      return model;
    },
  };
}
