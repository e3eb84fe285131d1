import path from 'node:path';

/** Where the processes that use one data folder find one another: names for `takeLock`, `putMark` and `findLockHolder`. */
export interface InstanceMarks {
  /** Held by the launcher while it runs there. */
  readonly launcher: string;
  /** Put up by a launcher that ends: who comes now waits for the lock. */
  readonly ending: string;
  /** Put up by each command that uses an instance which was started for another one. */
  readonly command: string;
}

/** The marks of a data folder. */
export function marksOf(dataFolder: string): InstanceMarks {
  const at = (name: string) => path.join(dataFolder, name);
  return { launcher: at('launcher.lock'), ending: at('launcher.ending'), command: at('command.mark') };
}
