/** Runs that are removed, however that comes about, until the workflow server has forgotten them too. */
export const noteRemovedRuns = {
  name: '1764710000000-note-removed-runs',
  up: [
    `create table removed_run (run_id uuid primary key)`,
    `create function note_removed_runs() returns trigger language plpgsql as $$
    begin
      insert into removed_run (run_id) select id from gone on conflict do nothing;
      return null;
    end $$`,
    `create trigger note_removed_runs after delete on run referencing old table as gone
     for each statement execute function note_removed_runs()`,
  ],
};
