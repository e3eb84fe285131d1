import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Unfinished files of processes that were killed, and snapshots of versions that are no longer used. */
const LEFT_BEHIND = [
  { ending: '.part', afterMs: 3_600_000 },
  { ending: '.snapshot', afterMs: 30 * 24 * 3_600_000 },
] as const;

/** Where the memory of a started interpreter is kept, so that the next one need not start from nothing. */
export class PythonSnapshot {
  #state: 'idle' | 'making' | 'saving' | 'broken' = 'idle';
  #saving: Promise<void> = Promise.resolve();

  private readonly file: string;

  private constructor(file: string) {
    this.file = file;
  }

  /**
   * The snapshot of this version of Pyodide and of our scripts; another version has another file.
   * @param cacheDir  folder for what can be made again; created when the snapshot is saved
   */
  static async locate(cacheDir: string, pyodideVersion: string, scripts: readonly string[]): Promise<PythonSnapshot> {
    const hash = createHash('sha256');
    for (const script of scripts) hash.update(await readFile(script));
    const name = `pyodide-${pyodideVersion}-${hash.digest('hex').slice(0, 16)}.snapshot`;
    return new PythonSnapshot(path.join(cacheDir, 'code-runner', name));
  }

  /** The file, when it exists and has not been found broken. */
  get usableFile(): string | undefined {
    return this.#state !== 'broken' && existsSync(this.file) ? this.file : undefined;
  }

  /** True for one caller: the one whose interpreter shall make the snapshot. It must `save` or `giveUp`. */
  claimMaking(): boolean {
    if (this.#state !== 'idle') return false;
    this.#state = 'making';
    return true;
  }

  /**
   * Writes the snapshot. Other processes see all of it or nothing.
   * @throws  the error of a full or read-only disk; interpreters then go on starting from nothing
   */
  save(bytes: Buffer): Promise<void> {
    this.#state = 'saving';
    this.#saving = this.#write(bytes);
    return this.#saving;
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#saving]);
  }

  /** Lets another interpreter try to make it, unless this one has made it. */
  giveUp(): void {
    if (this.#state === 'making') this.#state = 'idle';
  }

  /** No interpreter starts from it: removes it and starts from nothing for as long as this process lives. */
  async discard(): Promise<void> {
    this.#state = 'broken';
    await rm(this.file, { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    const folder = path.dirname(this.file);
    const part = `${this.file}.${process.pid}.part`;
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(part, bytes, { mode: 0o600 });
      await rename(part, this.file);
      this.#state = 'idle';
      await removeLeftovers(folder);
    } catch (error) {
      this.#state = 'broken';
      await rm(part, { force: true });
      throw error;
    }
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const rule = LEFT_BEHIND.find(({ ending }) => name.endsWith(ending));
    const file = path.join(folder, name);
    // Another process may tidy up too.
    const found = rule && (await stat(file).catch(() => undefined));
    if (found && Date.now() - found.mtimeMs > rule.afterMs) await rm(file, { force: true });
  }
}
