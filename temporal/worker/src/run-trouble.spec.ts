import type { RunId } from '@tenon/base';
import { WAITS_FOR_TURN } from '@tenon/contract';
import { newId } from '@tenon/database';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { findTrouble } from './run-trouble.js';

const NO_CLIENT = {} as Client;
const WAITING = 1;

/** A workflow with a step that failed three times, the last time with this type. */
function failedAs(type: string): WorkflowExecutionDescription {
  const lastFailure = { message: 'not today', applicationFailureInfo: { type } };
  const pendingActivities = [{ activityId: 'ask#1', state: WAITING, attempt: 3, lastFailure }];
  return { raw: { pendingActivities } } as unknown as WorkflowExecutionDescription;
}

it('a step that fails again and again is a trouble, and one that waits for its turn is none', async () => {
  const trouble = await findTrouble(NO_CLIENT, newId<RunId>(), failedAs('Error'));
  expect(trouble?.reason).toBe('The step ask cannot be performed: not today.');
  expect(await findTrouble(NO_CLIENT, newId<RunId>(), failedAs(WAITS_FOR_TURN))).toBeUndefined();
});
