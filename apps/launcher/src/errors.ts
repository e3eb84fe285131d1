import { defineErrors } from '@tenon/base';

/** Why Tenon does not start, or a process of it does not. Each message is one sentence that says what to do. */
export const launcherErrors = defineErrors('launcher', {
  /** A built file is missing. */
  notBuilt: 'missing',
  /** A process ended or did not become ready in time. */
  notReady: 'unavailable',
  portTaken: 'conflict',
  /** The address or the port may not be listened on. */
  portRefused: 'denied',
  /** The data folder cannot be used. */
  folderRefused: 'denied',
  diskFull: 'unavailable',
  /** Another launcher runs on the data folder. */
  alreadyRunning: 'conflict',
  /** The data folder was written by a newer Tenon. */
  newerData: 'conflict',
  /** Listening for other computers with the password that was printed. */
  openWithSeededPassword: 'denied',
  /** Told to end while it started. */
  interrupted: 'unavailable',
});
