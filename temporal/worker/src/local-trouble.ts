import type { RunId } from '@tenon/base';
import type { PerformCall, RunActivities } from '@tenon/contract';
import { noteAttention, type Database } from '@tenon/database';
import type { Logger } from '@tenon/ports';
import type { Info } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { sentence, TOO_MANY_TRIES } from './run-trouble.js';

/**
 * Notes on a run that an activity within its task fails again and again: the server hears nothing of those before they
 * succeed. The note is made anew at each try, and goes with the next event of the run or some time after the last try.
 */
export function createLocalTroubleNotes(database: Database, logger: Logger): ActivityInterceptorsFactory {
  return ({ info }) => {
    if (!info.isLocal || info.attempt < TOO_MANY_TRIES) return {};
    return {
      inbound: {
        execute: async (input, next) => {
          try {
            return await next(input);
          } catch (error) {
            await note(info, input.args, error, { database, logger });
            throw error;
          }
        },
      },
    };
  };
}

async function note(
  { workflowExecution, activityType, scheduledTimestampMs }: Info,
  args: readonly unknown[],
  error: unknown,
  { database, logger }: { readonly database: Database; readonly logger: Logger },
): Promise<void> {
  const runId = workflowExecution?.workflowId.replace(/^run\//, '') as RunId;
  const reason = sentence(`${whatFails(activityType as keyof RunActivities, args)}: ${(error as Error).message}`);
  logger.warn({ runId, reason }, 'a run cannot go on');
  try {
    await noteAttention(database, runId, { reason, since: new Date(scheduledTimestampMs) });
  } catch (cause) {
    // such as a database that is away, of which everybody knows
    logger.warn({ runId, error: String(cause) }, 'why a run cannot go on could not be noted');
  }
}

function whatFails(activity: keyof RunActivities, [call]: readonly unknown[]): string {
  switch (activity) {
    case 'performStep':
      return `The step ${(call as PerformCall).stepKey} cannot be performed`;
    case 'loadPlanPart':
      return 'The plan of the run cannot be loaded';
    case 'loadCarriedPart':
      return 'What the run has come to cannot be loaded';
    case 'storeCarried':
      return 'What the run has come to cannot be kept';
    case 'pause':
      return 'The run cannot pause';
  }
}
