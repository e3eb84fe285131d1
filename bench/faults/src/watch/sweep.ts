import { isEnd, type Sample } from '../checker/recording.js';
import { detail, list, type Door } from './api.js';

const LIMIT_MS = 5_000;

/** Looks at the states of a load again and again, in the list and run by run. */
export class Sweep {
  readonly samples: Sample[] = [];
  private readonly ending = new AbortController();
  private readonly running: Promise<void>;

  constructor(door: Door, channel: string, everyMs: number) {
    this.running = this.run(door, channel, everyMs);
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async run(door: Door, channel: string, everyMs: number): Promise<void> {
    while (!this.ending.signal.aborted) {
      try {
        const listed = await list(door, channel, LIMIT_MS);
        this.samples.push(...listed);
        const open = listed.filter(({ state }) => !isEnd(state)).map(({ runId }) => runId);
        this.samples.push(...(await detail(door, open, LIMIT_MS)));
      } catch {
        // the API is away; what it shows when it is back counts
      }
      await pause(everyMs, this.ending.signal);
    }
  }
}

function pause(forMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, forMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
