import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BaselineActivities } from './activities.js';

/** What a baseline run does. */
export interface BaselineInput {
  readonly activity: keyof BaselineActivities;
  readonly count: number;
  readonly isLocal?: boolean;
  readonly isParallel?: boolean;
}

const long = proxyActivities<BaselineActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});
const local = proxyLocalActivities<BaselineActivities>({ startToCloseTimeout: '5s' });

/** Does nothing. */
export async function empty(): Promise<string> {
  return '';
}

/** Calls one activity a number of times, one after the other or all at once, and answers what the last one said. */
export async function calls({ activity, count, isLocal, isParallel }: BaselineInput): Promise<string> {
  const activities = isLocal ? local : long;
  if (isParallel) {
    const texts = await Promise.all(Array.from({ length: count }, () => activities[activity]()));
    return texts.at(-1) ?? '';
  }
  let text = '';
  for (let done = 0; done < count; done += 1) text = await activities[activity]();
  return text;
}
