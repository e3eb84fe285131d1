import type { RunId } from '@tenon/base';
import { WAITS_FOR_TURN, workflowId } from '@tenon/contract';
import type { RunAttention } from '@tenon/database';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time.js';

/** Tries after which something fails again and again: one may be a worker that was lost, two may be bad luck. */
export const TOO_MANY_TRIES = 3;
/** Numbers of Temporal's enums of the state of an activity, and of the cause of a failed workflow task. */
const WAITS_FOR_ITS_NEXT_TRY = 1;
const NON_DETERMINISTIC_ERROR = 24;
const REASON_CHARACTERS = 300;
/** The failure is the last event of its kind, with little behind it. */
const LAST_EVENTS = 10;

/** Why an open workflow does not go on although the workflow server and a worker are there; undefined when it does. */
export async function findTrouble(
  client: Client,
  runId: RunId,
  { raw }: WorkflowExecutionDescription,
): Promise<RunAttention | undefined> {
  if ((raw.pendingWorkflowTask?.attempt ?? 0) >= TOO_MANY_TRIES) return workflowTrouble(client, runId);
  const activity = raw.pendingActivities?.find(
    ({ state, attempt, lastFailure }) =>
      state === WAITS_FOR_ITS_NEXT_TRY &&
      (attempt ?? 0) >= TOO_MANY_TRIES &&
      // a loss and the end of a worker have infos of their own
      lastFailure?.applicationFailureInfo &&
      lastFailure.applicationFailureInfo.type !== WAITS_FOR_TURN,
  );
  if (!activity) return undefined;
  const stepKey = activity.activityId?.split('#')[0];
  const since = optionalTsToDate(activity.scheduledTime) ?? new Date();
  return { reason: sentence(`The step ${stepKey} cannot be performed: ${activity.lastFailure?.message}`), since };
}

/** The first failure is in the history; the later ones only raise the number of tries. */
async function workflowTrouble(client: Client, runId: RunId): Promise<RunAttention> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId: workflowId(runId) },
    maximumPageSize: LAST_EVENTS,
  });
  const event = history?.events?.find(
    ({ workflowTaskFailedEventAttributes, workflowTaskTimedOutEventAttributes }) =>
      workflowTaskFailedEventAttributes ?? workflowTaskTimedOutEventAttributes,
  );
  const failed = event?.workflowTaskFailedEventAttributes;
  const isOtherCode = failed?.cause === NON_DETERMINISTIC_ERROR;
  const why = failed
    ? `${isOtherCode ? 'its code is not that which the run began with; ' : ''}${failed.failure?.message}`
    : 'they do not finish its next task in time';
  return {
    reason: sentence(`No worker can carry the run on: ${why}`),
    since: optionalTsToDate(event?.eventTime) ?? new Date(),
  };
}

/** One line that ends like a sentence and is not too long for a list. */
export function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length > REASON_CHARACTERS) return `${line.slice(0, REASON_CHARACTERS)}…`;
  return line.endsWith('.') ? line : `${line}.`;
}
