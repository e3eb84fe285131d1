import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import path from 'node:path';

const POLL_MS = 300;

/**
 * Notices new builds. A build writes `.stamp` in the folder of all programs when it is over; before, files come and go,
 * also those that end as they were.
 */
export class BuildWatch {
  private readonly stamp: string;
  private readonly programs: { readonly folder: string; hash: string; readonly onChange: () => void }[] = [];

  constructor(distFolder: string) {
    this.stamp = path.join(distFolder, '.stamp');
  }

  /** Calls back after each build that changed something in the folder of `file`. */
  watch(file: string, onChange: () => void): void {
    if (this.programs.length === 0) watchFile(this.stamp, { interval: POLL_MS }, () => this.compare());
    const folder = path.dirname(file);
    this.programs.push({ folder, hash: hashFolder(folder), onChange });
  }

  /** Stops watching. */
  close(): void {
    unwatchFile(this.stamp);
  }

  private compare(): void {
    for (const program of this.programs) {
      const hash = hashFolder(program.folder);
      if (hash === program.hash) continue;
      program.hash = hash;
      program.onChange();
    }
  }
}

function hashFolder(folder: string): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder).filter((name) => /\.m?js$/.test(name));
  for (const name of names.sort()) hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}
