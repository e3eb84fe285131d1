import { defineErrors } from '@tenon/base';

/** Why no backup is made or restored. Each message is one sentence that says what to do. */
export const backupErrors = defineErrors('backup', {
  /** There is nothing to back up. */
  nothingThere: 'missing',
  /** The instance starts or ends at this moment, or has another database. */
  notNow: 'conflict',
  /** The target is there already. */
  notEmpty: 'conflict',
  /** The file is no backup. */
  foreign: 'invalid',
  /** The file is cut or changed. */
  damaged: 'invalid',
  /** A newer Tenon made it. */
  newer: 'conflict',
  /** The key of the stored secrets is another. */
  wrongKey: 'invalid',
  /** Files or large values are not where they should be. */
  objectsMissing: 'missing',
  diskFull: 'unavailable',
  /** A file or folder cannot be read or written. */
  refused: 'denied',
  interrupted: 'unavailable',
});
