import type { RunActivities, RunSinks } from '@tenon/contract';
import { condition, defineSignal, proxyLocalActivities, proxySinks, setHandler } from '@temporalio/workflow';

/** Ends at once. */
export async function quick(): Promise<string> {
  return 'done';
}

/** Never gives the thread back. */
export async function hanging(): Promise<never> {
  for (;;);
}

/** Takes more and more memory. */
export async function greedy(): Promise<never> {
  const taken: number[][] = [];
  for (;;) taken.push(Array.from({ length: 10_000 }, (_, index) => index + 0.5));
}

/** The same after a pause within its task. */
export async function greedyLater(): Promise<never> {
  await proxyLocalActivities<RunActivities>({ startToCloseTimeout: 1_000 }).pause();
  return greedy();
}

/** Ends when it is told to. */
export async function waiting(): Promise<string> {
  let isTold = false;
  setHandler(defineSignal('go'), () => void (isTold = true));
  await condition(() => isTold);
  return 'gone';
}

/** Holds some megabytes until it is told to end. */
export async function holding(): Promise<string> {
  const held = Array.from({ length: 400_000 }, (_, index) => index + 0.5);
  await waiting();
  return `gone with ${held.length}`;
}

/** Holds more of them from a signal on. */
export async function growing(): Promise<string> {
  let held: number[] = [];
  setHandler(defineSignal('grow'), () => void (held = Array.from({ length: 1_000_000 }, (_, index) => index + 0.5)));
  await waiting();
  return `gone with ${held.length}`;
}

/** Records something and ends. */
export async function recording(): Promise<string> {
  const run = { runId: 'recorded', teamId: 't', conversationId: null };
  proxySinks<RunSinks>().record.write(run as never, []);
  return 'done';
}

/** Fails its task where everybody can see it. */
export async function failing(): Promise<never> {
  throw new TypeError('a bug');
}
