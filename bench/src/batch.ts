import type { Arm, Sample } from './arm.js';
import { cpuMsOf } from './cpu.js';
import { median } from './median.js';

/** What is left to do after a run's client has its answer is done within this time, in milliseconds. */
const SETTLE_MS = 150;
/** A run that has not ended by then fails the bench, in milliseconds. */
const RUN_LIMIT_MS = 120_000;

/** Runs before the measured ones of a batch, so that what was idle while other arms ran is awake again. */
const LEAD = { forMs: 400, concurrency: 10 };

/** How long a batch goes on taking new runs, in milliseconds, and how many are under way at once. */
export interface BatchSize {
  readonly forMs: number;
  readonly concurrency: number;
}

/** What the runs of one arm within a while came to. */
export interface Batch {
  /** Medians over the runs, in milliseconds; the first text is NaN where there was none. */
  readonly endMs: number;
  readonly firstTextMs: number;
  readonly cpuMsPerRun: number;
  readonly runsPerSecond: number;
  readonly workflowId: string | undefined;
}

/** @throws Error when a run fails or takes longer than two minutes */
export async function runBatch(arm: Arm, { forMs, concurrency }: BatchSize): Promise<Batch> {
  await keepRunning(arm, { ...LEAD, concurrency: Math.min(concurrency, LEAD.concurrency) });
  const cpuBefore = cpuMsOf(arm.pids);
  const startedAt = performance.now();
  const samples = await keepRunning(arm, { forMs, concurrency });
  const wallMs = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return {
    endMs: median(samples.map(({ endMs }) => endMs)),
    firstTextMs: median(samples.map(({ firstTextMs }) => firstTextMs ?? NaN)),
    cpuMsPerRun: (cpuMsOf(arm.pids) - cpuBefore) / samples.length,
    runsPerSecond: (samples.length / wallMs) * 1_000,
    workflowId: samples.at(-1)?.workflowId,
  };
}

async function keepRunning(arm: Arm, { forMs, concurrency }: BatchSize): Promise<Sample[]> {
  const samples: Sample[] = [];
  const until = performance.now() + forMs;
  const client = async () => {
    do samples.push(await within(RUN_LIMIT_MS, arm));
    while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return samples;
}

function within(limitMs: number, arm: Arm): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`A run of ${arm.name} took longer than ${limitMs} ms.`)), limitMs);
    arm
      .run()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
