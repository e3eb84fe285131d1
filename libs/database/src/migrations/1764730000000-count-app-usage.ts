/**
 * What models have cost is counted of each app by day, in UTC, and so of the team, where it was counted of the team
 * alone. It outlives runs that are removed, and the app: what is paid for stays paid for.
 */
export const countAppUsage = {
  name: '1764730000000-count-app-usage',
  up: [
    `create table app_usage (
      team_id uuid not null references team on delete cascade,
      app_id uuid not null,
      day date not null,
      calls bigint not null,
      prompt_tokens bigint not null,
      completion_tokens bigint not null,
      tokens bigint not null,
      estimated_tokens bigint not null,
      priced_tokens bigint not null,
      cost_nano_usd bigint not null,
      primary key (team_id, day, app_id))`,
    `insert into app_usage
     select run.team_id, run.app_id, (coalesce(attempt.finished_at, attempt.started_at) at time zone 'utc')::date,
       count(*), sum((attempt.usage ->> 'promptTokens')::numeric), sum((attempt.usage ->> 'completionTokens')::numeric),
       sum((attempt.usage ->> 'totalTokens')::numeric),
       coalesce(sum((attempt.usage ->> 'totalTokens')::numeric)
         filter (where (attempt.usage ->> 'isEstimated')::boolean), 0), 0, 0
     from attempt join run on run.id = attempt.run_id
     where attempt.usage is not null
     group by 1, 2, 3`,
    `drop table team_usage`,
  ],
};
