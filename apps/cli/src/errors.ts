import { defineErrors } from '@tenon/base';

/** Why a command does not end well. Each message is one sentence that says what to do; `exit-code.ts` gives the code. */
export const cliErrors = defineErrors('cli', {
  /** The command line itself, or a file that it names. */
  usage: 'invalid',
  /** What was given does not fit; `details.problems` lists each with its place. */
  refused: 'invalid',
  /** What the command line names is not there. */
  missing: 'missing',
  /** Nothing answers at the address of the instance, or it cannot serve at present. */
  unreachable: 'unavailable',
  /** An instance could not be started for the command. */
  notStarted: 'unavailable',
  /** Somebody else started one at the same moment. */
  startedElsewhere: 'conflict',
  /** The instance does not know the token. */
  tokenRefused: 'denied',
  /** The instance met a bug of its own. */
  serverBug: 'internal',
  /** The backup program says why it could not do its work. */
  backupFailed: 'unavailable',
  /** The local model could not be brought here. */
  modelNotReady: 'unavailable',
  /** The time that the person gave is over. */
  timedOut: 'limited',
  /** Ctrl-C, or another signal to end. */
  interrupted: 'unavailable',
});
