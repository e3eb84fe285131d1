import { STOP_SIGNAL, type RunInput, type RunResult } from '@tenon/contract';
import type { Message } from '@tenon/engine';
import { CancellationScope, defineSignal, setHandler } from '@temporalio/workflow';
import { continueAsNew, loadCarried } from './carry-over.js';
import { Driver } from './driver.js';
import { loadPlan } from './load-plan.js';
import { now } from './runtime.js';

const stopSignal = defineSignal<[string]>(STOP_SIGNAL);

/**
 * The workflow of every run: finds its plan, lets the driver drive it, and turns a stop or a cancellation into a
 * message for the engine. A long run goes on in a new history, so that its history does not grow with it.
 */
export async function run(input: RunInput): Promise<RunResult> {
  const inbox: Message[] = [];
  const requestCancel = (reason: string) => void inbox.push({ type: 'cancel.requested', at: now(), reason });
  setHandler(stopSignal, requestCancel);
  CancellationScope.current().cancelRequested.catch(() => requestCancel('cancelled by the operator'));
  return CancellationScope.nonCancellable(async () => {
    const plan = await loadPlan(input);
    const end = await new Driver({ input, plan, carried: await loadCarried(input) }, inbox).drive();
    return 'status' in end ? end : continueAsNew(end);
  });
}
