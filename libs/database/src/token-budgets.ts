import { defineErrors, type TeamId } from '@tenon/base';
import type { Sql } from './database.js';

/** Why a team may not use models. */
export const budgetErrors = defineErrors('budget', { spent: 'limited' });

/** What a team may use of models in one day, and what it has used of it. */
export interface TokenBudget {
  /** Null: as much as it likes. */
  readonly tokensPerDay: number | null;
  readonly usedToday: number;
  /** When the next day begins, in UTC. */
  readonly renewedAt: Date;
}

/** A budget as the database knows it. */
export interface SettledBudget {
  /** Null: what holds for the instance. */
  readonly tokensPerDay: number | null;
  readonly usedToday: number;
  /** ISO 8601. */
  readonly renewedAt: string;
}

/** Tokens that teams may use in a day: of each what it has settled for itself, else what holds for the instance. */
export class TokenBudgets {
  /** @param tokensPerDay  of teams that have settled nothing; undefined: no limit */
  constructor(
    private readonly sql: Sql,
    private readonly tokensPerDay: number | undefined,
  ) {}

  async find(teamId: TeamId): Promise<TokenBudget> {
    const [row] = await this.sql.rows<{ settled: SettledBudget }>(`select ${budgetOf('$1')} as settled`, [teamId]);
    return this.read((row as { settled: SettledBudget }).settled);
  }

  /**
   * Makes sure that there is something left of today. What is under way is counted when it ends, so a team may go
   * beyond its budget by the calls that it has open.
   * @param settled  what another statement has read; otherwise it is read now
   * @throws budget.spent
   */
  async check(teamId: TeamId, settled?: SettledBudget): Promise<void> {
    const { tokensPerDay, usedToday, renewedAt } = settled ? this.read(settled) : await this.find(teamId);
    if (tokensPerDay === null || usedToday < tokensPerDay) return;
    throw budgetErrors.spent(
      `The team has used ${usedToday} of the ${tokensPerDay} tokens that it may use in a day: wait until ` +
        `${renewedAt.toISOString()}, or let an owner raise the budget.`,
      { retryAfterMs: Math.max(0, renewedAt.getTime() - Date.now()) },
    );
  }

  private read({ tokensPerDay, usedToday, renewedAt }: SettledBudget): TokenBudget {
    return { tokensPerDay: tokensPerDay ?? this.tokensPerDay ?? null, usedToday, renewedAt: new Date(renewedAt) };
  }
}

/** SQL: the `SettledBudget` of a team. @param teamId  an expression */
export const budgetOf = (teamId: string) => `(
  select json_build_object('tokensPerDay', team.tokens_per_day, 'usedToday', coalesce((
      select sum(tokens) from app_usage
      where app_usage.team_id = team.id and app_usage.day = today.begins::date), 0),
    'renewedAt', (today.begins + interval '1 day') at time zone 'utc')
  from (select date_trunc('day', now() at time zone 'utc') as begins) today
  join team on team.id = ${teamId})`;
