import { baselineArm, directArm } from './baseline-arm.js';
import { runBatch, type Batch } from './batch.js';
import type { Case } from './cases.js';
import { requestsApp } from './app-files.js';
import { median } from './median.js';
import type { Product } from './product-arm.js';
import type { HistoryReader, HistorySize } from './history.js';
import type { Stack } from './stack.js';

const ROUNDS = 5;
/** Of a batch, in milliseconds. All are equally long, since an arm that runs for a moment only runs cold. */
const BATCH_MS = { full: 2_000, quick: 900 };
/** Before the first case, so that the code of both arms is compiled as in processes that have run for a while. */
const FIRST_WARM_UP = { forMs: 4_000, concurrency: 4 };
/** Before each case, of each of its arms: what the measured runs need is compiled, as after the first minute of a day. */
const CASE_WARM_UP = { forMs: 2_500, concurrency: 4 };

/** What one case came to against one baseline. Ratios are medians over the rounds, below 1 where the product is better. */
export interface Row {
  readonly name: string;
  readonly baseline: string;
  /** Time to the end of a run, or to its first text. */
  readonly ratio: number;
  readonly cpuRatio: number;
  /** Processor time of a run, in milliseconds. */
  readonly cpuMs: number;
  readonly baselineCpuMs: number;
  /** Time of a run, or to its first text, in milliseconds. */
  readonly p50Ms: number;
  readonly baselineP50Ms: number;
  /** The same of the model server asked directly; only where the first text is measured. */
  readonly directP50Ms?: number;
  readonly runsPerSecond: number;
  readonly baselineRunsPerSecond: number;
  /** Of one run at the workflow server. */
  readonly historyEvents: number;
  readonly historyBytes: number;
  readonly baselineHistoryEvents: number;
  readonly baselineHistoryBytes: number;
}

/** Runs both arms for a while. */
export async function warmUp({ stack, product }: Setting): Promise<void> {
  for (const arm of [
    await product.arm(requestsApp(`${stack.modelUrl}/models`, 1, true)),
    baselineArm(stack, 'local-1'),
  ])
    await runBatch(arm, FIRST_WARM_UP);
}

interface Setting {
  readonly stack: Stack;
  readonly product: Product;
  readonly history: HistoryReader;
  readonly isQuick: boolean;
}

/**
 * Measures one case: every round runs a batch of the product and one of each baseline, the two that are compared one
 * right after the other, so that whatever else the machine does hits both; ratios are taken within such a pair.
 */
export async function measureCase(one: Case, { stack, product, history, isQuick }: Setting): Promise<Row[]> {
  const ours = await product.arm(one.app(stack.modelUrl));
  const baselines = one.baselines.map((name) => baselineArm(stack, name));
  const direct = one.isFirstText ? directArm(stack) : undefined;
  for (const arm of [ours, ...baselines]) await runBatch(arm, CASE_WARM_UP);
  const size = { forMs: isQuick ? BATCH_MS.quick : BATCH_MS.full, concurrency: one.concurrency };
  const pairs = baselines.map((theirs) => ({ theirs, ours: [] as Batch[], baseline: [] as Batch[] }));
  const directBatches: Batch[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const pair of pairs) {
      pair.ours.push(await runBatch(ours, size));
      pair.baseline.push(await runBatch(pair.theirs, size));
    }
    if (direct) directBatches.push(await runBatch(direct, size));
  }
  const read = async (batches: readonly Batch[]): Promise<Measured> => ({
    batches,
    size: await history.read(batches.at(-1)?.workflowId),
  });
  const rows: Row[] = [];
  for (const [index, pair] of pairs.entries())
    rows.push({
      ...{ name: one.name, baseline: one.baselines[index] as string },
      ...compare(one, await read(pair.ours), await read(pair.baseline)),
      ...(direct && { directP50Ms: median(directBatches.map(timeOf(one))) }),
    });
  return rows;
}

interface Measured {
  readonly batches: readonly Batch[];
  readonly size: HistorySize;
}

type Read = (batch: Batch) => number;

function timeOf({ isFirstText }: Case): Read {
  return isFirstText ? ({ firstTextMs }) => firstTextMs : ({ endMs }) => endMs;
}

function compare(one: Case, ours: Measured, theirs: Measured): Omit<Row, 'name' | 'baseline'> {
  const ratio = (read: Read) =>
    median(ours.batches.map((batch, round) => read(batch) / read(theirs.batches[round] as Batch)));
  const time = timeOf(one);
  const cpu: Read = ({ cpuMsPerRun }) => cpuMsPerRun;
  const rate: Read = ({ runsPerSecond }) => runsPerSecond;
  return {
    ...{ ratio: ratio(time), cpuRatio: ratio(cpu) },
    ...{ cpuMs: middle(ours, cpu), baselineCpuMs: middle(theirs, cpu) },
    ...{ p50Ms: middle(ours, time), baselineP50Ms: middle(theirs, time) },
    ...{ runsPerSecond: middle(ours, rate), baselineRunsPerSecond: middle(theirs, rate) },
    ...{ historyEvents: ours.size.events, historyBytes: ours.size.bytes },
    ...{ baselineHistoryEvents: theirs.size.events, baselineHistoryBytes: theirs.size.bytes },
  };
}

function middle({ batches }: Measured, read: Read): number {
  return median(batches.map(read));
}
