import type { AppId, TeamId } from '@tenon/base';
import type { Usage } from '@tenon/engine';
import type { Sql } from './database.js';

/** What several executions have cost together. */
export interface UsageSum extends Usage {
  /** Some of it has no known price, so that the cost is that of the others alone. */
  readonly isCostPartial?: boolean;
}

/** What the runs of an app have cost in some days. */
export interface AppUsage {
  readonly appId: AppId;
  /** Executions that have cost something. */
  readonly calls: number;
  readonly usage: UsageSum;
}

/** SQL: what rows have cost together, or null when it is known of none. @param usage  an expression on each row */
export const sumOfUsage = (usage: string) => `case when count(${usage}) > 0 then json_strip_nulls(json_build_object(
  'promptTokens', sum((${usage} ->> 'promptTokens')::float8),
  'completionTokens', sum((${usage} ->> 'completionTokens')::float8),
  'totalTokens', sum((${usage} ->> 'totalTokens')::float8),
  'isEstimated', nullif(bool_or(coalesce((${usage} ->> 'isEstimated')::boolean, false)), false),
  'costNanoUsd', sum((${usage} ->> 'costNanoUsd')::numeric),
  'isCostPartial', nullif(count(${usage} ->> 'costNanoUsd') between 1 and count(${usage}) - 1
    or bool_or(coalesce((${usage} ->> 'isCostPartial')::boolean, false)), false))) end`;

/** SQL: what executions of steps have cost together, or null when it is known of none. @param which  condition on `attempt` */
export const usageOf = (which: string) =>
  `(select ${sumOfUsage('attempt.usage')} from attempt where ${which} and attempt.usage is not null)`;

/**
 * SQL: a clause that adds what was spent to this day of the app, in UTC.
 * @param runId  an expression
 * @param source  names rows with `usage` and `factor`, which is -1 where something is taken back
 */
export const countSpent = (runId: string, source: string) => `counted as (
  insert into app_usage (team_id, app_id, day, ${COUNTS.join(', ')})
  select run.team_id, run.app_id, (now() at time zone 'utc')::date, sum(factor),
    ${['promptTokens', 'completionTokens', 'totalTokens'].map((name) => `sum(factor * ${count(name)})`).join(', ')},
    coalesce(sum(factor * ${count('totalTokens')}) filter (where (spent.usage ->> 'isEstimated')::boolean), 0),
    coalesce(sum(factor * ${count('totalTokens')}) filter (where spent.usage ->> 'costNanoUsd' is not null), 0),
    sum(factor * ${count('costNanoUsd')})
  from ${source} spent join run on run.id = ${runId}
  where spent.usage is not null
  group by run.team_id, run.app_id
  on conflict (team_id, day, app_id) do update set
    ${COUNTS.map((name) => `${name} = app_usage.${name} + excluded.${name}`).join(', ')}
)`;

const COUNTS = [
  'calls',
  'prompt_tokens',
  'completion_tokens',
  'tokens',
  'estimated_tokens',
  'priced_tokens',
  'cost_nano_usd',
];

const count = (name: string) => `coalesce((spent.usage ->> '${name}')::numeric, 0)`;

/** What apps have cost in the last days, today included; those that have cost nothing are left out. */
export function listAppUsage(sql: Sql, teamId: TeamId, appIds: readonly AppId[], days: number): Promise<AppUsage[]> {
  return sql.rows(APP_USAGE, [teamId, appIds, days]);
}

const APP_USAGE = `
select app_id as "appId", sum(calls)::float8 as calls, json_strip_nulls(json_build_object(
  'promptTokens', sum(prompt_tokens), 'completionTokens', sum(completion_tokens), 'totalTokens', sum(tokens),
  'isEstimated', nullif(sum(estimated_tokens) > 0, false),
  'costNanoUsd', case when sum(priced_tokens) > 0 then sum(cost_nano_usd) end,
  'isCostPartial', nullif(sum(priced_tokens) > 0 and sum(priced_tokens) < sum(tokens), false))) as usage
from app_usage
where team_id = $1 and app_id = any($2::uuid[]) and day > (now() at time zone 'utc')::date - $3::int
group by app_id`;
