import type { Arm, Sample } from './arm.js';
import { cpuMsOf } from './cpu.js';
import { median } from './median.js';

/** What is left to do after a run's client has its answer is done within this time, in milliseconds. */
const SETTLE_MS = 250;
/** A run that has not ended by then fails the bench, in milliseconds. */
const RUN_LIMIT_MS = 120_000;

/** A number of runs of one arm, so many at a time. */
export interface Batch {
  /** Medians over the runs, in milliseconds; the first text is NaN where there was none. */
  readonly endMs: number;
  readonly firstTextMs: number;
  readonly cpuMsPerRun: number;
  readonly runsPerSecond: number;
  readonly workflowId: string | undefined;
}

/** @throws Error when a run fails or takes longer than two minutes */
export async function runBatch(
  arm: Arm,
  size: { readonly runs: number; readonly concurrency: number },
): Promise<Batch> {
  const samples: Sample[] = [];
  const cpuBefore = cpuMsOf(arm.pids);
  const startedAt = performance.now();
  let left = size.runs;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      samples.push(await within(RUN_LIMIT_MS, arm));
    }
  };
  await Promise.all(Array.from({ length: size.concurrency }, client));
  const wallMs = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return {
    endMs: median(samples.map(({ endMs }) => endMs)),
    firstTextMs: median(samples.map(({ firstTextMs }) => firstTextMs ?? NaN)),
    cpuMsPerRun: (cpuMsOf(arm.pids) - cpuBefore) / size.runs,
    runsPerSecond: (size.runs / wallMs) * 1_000,
    workflowId: samples.at(-1)?.workflowId,
  };
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
