/** When a run ended the thread of workflow code that carried it, the last time. */
export const addRunLostAt = {
  name: '1764690000000-add-run-lost-at',
  up: ['alter table run add column lost_at timestamptz'],
};
