/**
 * Runs that ended lately are found without reading all. A run that cannot go on is found by its id: an index that holds
 * `touched_at`, which each batch of events changes, would have every index of the run written anew.
 */
export const indexEndedRuns = {
  name: '1764750000000-index-ended-runs',
  up: [
    'create index run_ended on run (finished_at) where finished_at is not null',
    'drop index run_attention',
    'create index run_attention on run (id) where attention_reason is not null',
  ],
};
