const CAUSES = `'first', 'retry', 'lostWorker', 'workerStopped'`;
const OUTCOMES = `'succeeded', 'failed', 'cancelled', 'workerStopped'`;

/** What is known of a run that cannot go on, of a workflow server that is away, and of workers that ended in order. */
export const addRunTrouble = {
  name: '1764200000000-add-run-trouble',
  up: [
    `alter table run
      add column attention_reason text,
      add column attention_since timestamptz,
      add constraint run_attention check ((attention_reason is null) = (attention_since is null))`,
    `create index run_attention on run (touched_at) where attention_reason is not null`,
    `alter table worker_lease add column server_away_since timestamptz`,
    `alter table attempt
      drop constraint attempt_cause_check,
      add constraint attempt_cause_check check (cause in (${CAUSES})),
      drop constraint attempt_outcome_check,
      add constraint attempt_outcome_check check (outcome in (${OUTCOMES}))`,
  ],
};
