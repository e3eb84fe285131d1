/** How often a run has ended the thread of workflow code that carried it. */
export const addRunLosses = {
  name: '1764650000000-add-run-losses',
  up: ['alter table run add column losses integer not null default 0'],
};
