import { defineErrors } from '@tenon/base';

/** Why there is no Temporal server. */
export const temporalErrors = defineErrors('temporal', {
  /** It is not installed and cannot be fetched; `details.reasons` has one line per way that was tried. */
  unreachable: 'unavailable',
  diskFull: 'unavailable',
  /** It ended or did not answer in time; `details.lines` has what it printed last. */
  notStarted: 'unavailable',
  /** A server that still lives uses the database file. */
  fileInUse: 'conflict',
});
