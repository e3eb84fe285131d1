import type { RunSinks } from '@tenon/contract';
import { proxySinks } from '@temporalio/workflow';

/** Ends at once. */
export async function quick(): Promise<string> {
  return 'done';
}

/** Never gives the thread back. */
export async function hanging(): Promise<never> {
  for (;;);
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
