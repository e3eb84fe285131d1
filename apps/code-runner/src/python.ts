import { availableParallelism } from 'node:os';
import type { Language } from './language.js';
import { OrphanReaper } from './orphan-reaper.js';
import { childScripts, findNetworkFence, spawnPython } from './python-process.js';
import { PythonSandbox, StartError } from './python-sandbox.js';
import { PythonSnapshot } from './python-snapshot.js';
import { SandboxPool } from './sandbox-pool.js';

/** A very busy computer takes 10 s for a start from nothing. */
const START_MS = 30_000;

export interface PythonOptions {
  readonly pyodideDir: string;
  readonly pyodideVersion: string;
  readonly cacheDir: string;
  /** After so long without a job the waiting interpreters leave. */
  readonly idleMs: number;
  /** Something to look at that did not keep the job from running. */
  readonly warn: (problem: string, error: unknown) => void;
}

const selfTestCode = `
import os, socket

def main(one):
    reached = []
    def attempt(name, action):
        try:
            action()
            reached.append(name)
        except BaseException:
            pass
    def bridge():
        import js
    attempt("the files of the computer", lambda: open("/proc/self/status").read())
    attempt("the bridge to the host", bridge)
    attempt("processes", lambda: os.system("true") == 0 or 1 / 0)
    attempt("the network", lambda: socket.create_connection(("127.0.0.1", 9), 1))
    return {"one": one, "reached": reached}
`;

/** Python in Pyodide, one process for each execution. */
export class Python implements Language {
  readonly pool: SandboxPool;
  readonly selfTestCode = selfTestCode;
  readonly #options: PythonOptions;
  readonly #reaper = new OrphanReaper();
  #setting: Promise<{ readonly fence: readonly string[]; readonly snapshot: PythonSnapshot }> | undefined;
  #known: Record<string, string> = {};

  constructor(options: PythonOptions) {
    this.#options = options;
    const cores = availableParallelism();
    const limit = Math.min(Math.max(cores, 2), 4);
    const sizes = { limit, keepWarm: cores > 4 ? 2 : 1, idleMs: options.idleMs, maxWaiting: 500 };
    this.pool = new SandboxPool(() => this.#start(), sizes);
  }

  describe(): Record<string, string> {
    return { ...this.#known, runtime: `pyodide ${this.#options.pyodideVersion}` };
  }

  /** Kills every interpreter and the process that watches over them, and finishes what is being written. */
  async close(): Promise<void> {
    this.pool.close();
    this.#reaper.close();
    const setting = await this.#setting?.catch(() => undefined);
    await setting?.snapshot.settle();
  }

  async #start(): Promise<PythonSandbox> {
    this.#setting ??= this.#explore();
    const { fence, snapshot } = await this.#setting;
    const snapshotFile = snapshot.usableFile;
    if (!snapshotFile) return this.#startPlain(fence, snapshot);
    try {
      return await this.#launch(fence, snapshotFile, undefined);
    } catch (error) {
      // Whoever is killed says nothing about the snapshot.
      if (error instanceof StartError && error.wasKilled) throw error;
      this.#options.warn('The snapshot of Python does not start; starting without it from now on.', error);
      await snapshot.discard();
      return this.#startPlain(fence, snapshot);
    }
  }

  async #startPlain(fence: readonly string[], snapshot: PythonSnapshot): Promise<PythonSandbox> {
    if (!snapshot.claimMaking()) return this.#launch(fence, undefined, undefined);
    try {
      return await this.#launch(fence, undefined, snapshot);
    } finally {
      snapshot.giveUp();
    }
  }

  /** Starts an interpreter from a snapshot, or from nothing; then it may leave its memory in `made`. */
  async #launch(
    fence: readonly string[],
    snapshotFile: string | undefined,
    made: PythonSnapshot | undefined,
  ): Promise<PythonSandbox> {
    const { pyodideDir, warn } = this.#options;
    const child = spawnPython({ pyodideDir, snapshotFile, makesSnapshot: made !== undefined, fence });
    const { pid } = child;
    if (pid !== undefined) {
      this.#reaper.add(pid);
      child.once('exit', () => this.#reaper.remove(pid));
    }
    const sandbox = new PythonSandbox(child);
    const version = await sandbox.whenReady(START_MS, (bytes) => {
      made?.save(bytes).catch((error: unknown) => warn('The snapshot of Python could not be kept.', error));
    });
    this.#known = { version, network: fence.length > 0 ? 'own namespace, empty' : 'blocked inside the process' };
    return sandbox;
  }

  async #explore() {
    const { cacheDir, pyodideDir, pyodideVersion } = this.#options;
    const [fence, snapshot] = await Promise.all([
      findNetworkFence(pyodideDir),
      PythonSnapshot.locate(cacheDir, pyodideVersion, childScripts),
    ]);
    return { fence, snapshot };
  }
}
