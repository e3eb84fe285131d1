import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The clock of a program, which may be wrong; everything else on the machine keeps the right one. */
export interface TestClock {
  /** What `NODE_OPTIONS` of the program has to be. */
  readonly nodeOptions: string;
  /** Puts it ahead of the real time, or behind; also in processes that run. */
  shift(ms: number): Promise<void>;
  remove(): Promise<void>;
}

/** Between two leaps, in milliseconds: nothing that is measured falls between them. */
const LEAP_EVERY_MS = 20;

/** In the main thread and in every other: `Date`, by a file that is looked at again and again. */
const PRELOAD = (program: string, leapMs: number) => `
import { readFileSync } from 'node:fs';
if (process.argv[1]?.includes(${JSON.stringify(program)})) {
  const file = new URL('shift', import.meta.url);
  let ms = 0;
  const look = () => {
    try {
      ms = Number(readFileSync(file, 'utf8'));
    } catch (error) {
      if (error.code !== 'ENOENT') throw error; // it is removed while the process ends
    }
  };
  look();
  setInterval(look, 50).unref();
  const Real = Date;
  const now = () => Real.now() + ms - ${leapMs} * (Math.floor(Real.now() / ${LEAP_EVERY_MS}) % 2);
  globalThis.Date = class Date extends Real {
    constructor(...parts) {
      if (parts.length === 0) super(now());
      else super(...parts);
    }
    static now() {
      return now();
    }
  };
}
`;

/**
 * @param program  part of the path of its main file, such as `temporal/worker`; others with the same options are right
 * @param leapMs  it leaps that far back and forth all the time
 */
export async function makeTestClock(program: string, leapMs = 0): Promise<TestClock> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-clock-'));
  const preload = path.join(folder, 'preload.mjs');
  const file = path.join(folder, 'shift');
  await Promise.all([writeFile(preload, PRELOAD(program, leapMs)), writeFile(file, '0')]);
  return {
    nodeOptions: `--import=${pathToFileURL(preload).href}`,
    shift: async (ms) => {
      // in one piece: whoever looks sees the old or the new one
      await writeFile(`${file}.new`, String(ms));
      await rename(`${file}.new`, file);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
