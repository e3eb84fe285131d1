import { findLockHolder, marksOf, putMark, type HeldLock } from '@tenon/platform/processes';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 250;

/** Says on the data folder that its instance ends: a command that comes now waits for the lock instead of using it. */
export function announceEnd(dataFolder: string): Promise<HeldLock> {
  return putMark(marksOf(dataFolder).ending);
}

/** Waits until no command has its mark on the data folder, which is looked at every `pollMs`, and announces the end. */
export async function announceEndAfterLastCommand(dataFolder: string, pollMs = POLL_MS): Promise<HeldLock> {
  const { command } = marksOf(dataFolder);
  for (;;) {
    while ((await findLockHolder(command)) !== undefined) await delay(pollMs);
    const mark = await announceEnd(dataFolder);
    // A command looks for our mark after it has put up its own: one of the two sees the other.
    if ((await findLockHolder(command)) === undefined) return mark;
    await mark.release();
  }
}
