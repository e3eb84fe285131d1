/** Where long runs stand between two histories of their workflow, when that is too large to travel in its input. */
export const createCarriedRun = {
  name: '1764300000000-create-carried-run',
  up: [
    `create table carried_run (
      run_id uuid primary key references run on delete cascade,
      history integer not null,
      document text not null)`,
  ],
};
