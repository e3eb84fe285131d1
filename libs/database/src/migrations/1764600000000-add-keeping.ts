/**
 * How long a team keeps its runs, and which objects the record of a run names. The other indexes are for what is removed
 * with a run or for want of one: without them each removal would read a whole table.
 */
export const addKeeping = {
  name: '1764600000000-add-keeping',
  up: [
    `alter table team
      add column keep_runs_days integer check (keep_runs_days > 0),
      add column keep_test_runs_days integer check (keep_test_runs_days > 0)`,
    `create table object_reference (
      run_id uuid not null references run on delete cascade,
      key text not null,
      primary key (run_id, key))`,
    `insert into object_reference (run_id, key)
      select distinct run_id, found[1] from (
        select run_id, outputs::text as text from attempt where outputs is not null
        union all select id, inputs::text from run
      ) record, regexp_matches(text, '((?:files|responses|values)/[0-9a-f-]{36}/[0-9a-f]{64})', 'g') found`,
    `create index object_reference_key on object_reference (key)`,
    `create index file_object on file (object_key)`,
    `create index run_test on run (team_id, id) where version_id is null`,
    `create index run_plan on run (plan_hash)`,
    `create index version_plan on version (plan_hash)`,
    `create index run_command_run on run_command (run_id)`,
  ],
};
