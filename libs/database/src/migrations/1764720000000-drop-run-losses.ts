/** A run is blamed by the worker whose thread of workflow code it ended while it was alone in it: nothing is counted. */
export const dropRunLosses = {
  name: '1764720000000-drop-run-losses',
  up: ['alter table run drop column losses, drop column lost_at'],
};
