import { execFile, spawnSync } from 'node:child_process';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of a suite's own: a file system in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Changes it while it is used, such as to `size=64m` or `ro`. */
  remount(options: string): Promise<void>;
  /** Takes all the room that is left; may be done again. */
  fill(): Promise<void>;
  /** Gives back what `fill` took. */
  free(): Promise<void>;
  /** Takes it away with all that is on it, whoever still uses it. The folder stays. */
  unmount(): Promise<void>;
}

/**
 * Mounts one on a folder, which is made where it is missing.
 * @param options  of tmpfs, such as `size=4m,mode=700`
 */
export async function mountSmallDisk(folder: string, options: string): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tenon-test', folder]);
  const filler = path.join(folder, 'filler');
  return {
    folder,
    remount: async (changed) => void (await run('mount', ['-o', `remount,${changed}`, folder])),
    fill: async () => {
      const file = await open(filler, 'a');
      try {
        for (const bytes of [1 << 20, 1 << 12]) await writeUntilFull(file, Buffer.alloc(bytes));
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    unmount: async () => void (await run('umount', ['--lazy', folder])),
  };
}

async function writeUntilFull(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    while ((await file.write(bytes)).bytesWritten === bytes.byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Whether this process may mount a disk. */
export function mayMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
}

/** A test that mounts a disk; skipped, with the reason in its name, where that may not be. */
export function itWithDisks(name: string, test: () => Promise<void>, timeoutMs?: number): void {
  if (mayMount()) it(name, test, timeoutMs);
  else it.skip(`${name} (only root may mount a disk)`, test);
}
