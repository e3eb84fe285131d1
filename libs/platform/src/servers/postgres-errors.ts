import { defineErrors } from '@tenon/base';

/** Why the embedded Postgres cannot serve. */
export const postgresErrors = defineErrors('postgres', {
  /** Postgres is not allowed to reach its folder. */
  folderClosed: 'denied',
  /** The data are of another major version. */
  otherVersion: 'conflict',
  diskFull: 'unavailable',
  /** It ended, or did not answer in time; `details.lines` has what it printed last. */
  notStarted: 'unavailable',
  /** There are no programs for this operating system. */
  unsupported: 'missing',
});
