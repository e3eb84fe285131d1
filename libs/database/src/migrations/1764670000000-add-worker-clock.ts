/** How far the clock of a worker is ahead of that of the database, as it found last. */
export const addWorkerClock = {
  name: '1764670000000-add-worker-clock',
  up: ['alter table worker_lease add column clock_ahead_ms bigint'],
};
