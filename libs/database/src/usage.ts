/** SQL: what executions of steps have cost together, or null when it is known of none. @param which  condition on `attempt` */
export const usageOf = (which: string) => `(
  select case when count(*) > 0 then json_strip_nulls(json_build_object(
    'promptTokens', sum((attempt.usage ->> 'promptTokens')::float8),
    'completionTokens', sum((attempt.usage ->> 'completionTokens')::float8),
    'totalTokens', sum((attempt.usage ->> 'totalTokens')::float8),
    'isEstimated', nullif(bool_or(coalesce((attempt.usage ->> 'isEstimated')::boolean, false)), false))) end
  from attempt where ${which} and attempt.usage is not null)`;

/**
 * SQL: a clause that adds tokens to what a team has used today, in UTC.
 * @param source  names rows with `tokens`
 */
export const countTokens = (teamId: string, source: string) => `counted as (
  insert into team_usage (team_id, day, tokens)
  select ${teamId}::uuid, (now() at time zone 'utc')::date, sum(tokens) from ${source} having sum(tokens) > 0
  on conflict (team_id, day) do update set tokens = team_usage.tokens + excluded.tokens
)`;
