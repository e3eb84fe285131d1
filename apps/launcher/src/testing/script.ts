import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { NodeCommand } from '../node-process.js';

/** A folder with small real programs for one suite. */
export interface Scripts {
  readonly folder: string;
  /** Writes a program and gives the command that runs it. */
  command(name: string, body: string, options?: Partial<NodeCommand>): Promise<NodeCommand>;
  remove(): Promise<void>;
}

/** Says that it is ready, and stays. */
export const READY = `process.send({ type: 'ready' }); setInterval(() => {}, 1000);`;
/** Ends as our programs do: when told to, and when its parent is gone. */
export const POLITE = `process.on('SIGTERM', () => process.exit(0)); process.on('disconnect', () => process.exit(0)); ${READY}`;

/** Makes the folder. */
export async function createScripts(): Promise<Scripts> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-scripts-'));
  return {
    folder,
    command: async (name, body, options = {}) => {
      const file = path.join(folder, `${name}.mjs`);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, body);
      const env = { PATH: process.env['PATH'] ?? '' };
      return { name, file, env, heapMb: 64, readyWithinMs: 5000, stopWithinMs: 5000, ...options };
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Looks again and again until `check` gives something; fails after five seconds. */
export async function eventually<T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 5000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${withinMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
