import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where the memory of a started interpreter is kept, so that the next one need not start from nothing. */
export class PythonSnapshot {
  #isBeingMade = false;
  #isBroken = false;

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
    return !this.#isBroken && existsSync(this.file) ? this.file : undefined;
  }

  /** True for one caller: the one whose interpreter shall make the snapshot. It must `save` or `giveUp`. */
  claimMaking(): boolean {
    if (this.#isBeingMade || this.#isBroken) return false;
    this.#isBeingMade = true;
    return true;
  }

  /** Writes the snapshot. Other processes see all of it or nothing. A full or read-only disk leaves the slow start. */
  async save(bytes: Buffer): Promise<void> {
    const part = `${this.file}.${process.pid}.part`;
    try {
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFile(part, bytes, { mode: 0o600 });
      await rename(part, this.file);
    } catch (error) {
      await rm(part, { force: true });
      this.#isBroken = true;
      throw error;
    } finally {
      this.#isBeingMade = false;
    }
  }

  /** Lets another interpreter try to make it. */
  giveUp(): void {
    this.#isBeingMade = false;
  }

  /** No interpreter starts from it: removes it and starts from nothing for as long as this process lives. */
  async discard(): Promise<void> {
    this.#isBroken = true;
    await rm(this.file, { force: true });
  }
}
