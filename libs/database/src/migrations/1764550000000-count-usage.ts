/**
 * What executions of steps have cost is known of each of them; steps and runs are their sums. Of each team it is counted
 * by day, in UTC, beside how much it may use.
 */
export const countUsage = {
  name: '1764550000000-count-usage',
  up: [
    `alter table step drop column usage`,
    `create index attempt_usage on attempt (run_id, step_key) include (usage) where usage is not null`,
    `create table team_usage (
      team_id uuid not null references team on delete cascade,
      day date not null,
      tokens bigint not null,
      primary key (team_id, day))`,
    `alter table team add column tokens_per_day bigint check (tokens_per_day >= 0)`,
  ],
};
