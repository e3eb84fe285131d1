import type { PerformCall, RunActivities } from '@tenon/contract';
import { withLogFields } from '@tenon/platform';
import type { Logger } from '@tenon/ports';

/**
 * The same activities, of which the log tells: every line that is written while a step is performed names the step, its
 * run, and the request that started it.
 */
export function logSteps(activities: RunActivities, logger: Logger): RunActivities {
  return {
    ...activities,
    performStep: (call) =>
      withLogFields(fieldsOf(call), async () => {
        const startedMs = performance.now();
        const elapsed = () => Math.round(performance.now() - startedMs);
        try {
          const reply = await activities.performStep(call);
          if (reply.isTooLong) logger.debug({ ms: elapsed() }, 'a step is performed again without haste');
          else if (reply.result.ok) logger.info({ ms: elapsed() }, 'a step succeeded');
          else logger.info({ ms: elapsed(), code: reply.result.failure.code }, 'a step failed');
          return reply;
        } catch (error) {
          logger.info({ ms: elapsed(), error: String(error) }, 'a step was given up');
          throw error;
        }
      }),
  };
}

function fieldsOf({ run, stepKey, attempt }: PerformCall) {
  const { runId, requestId } = run;
  return { ...(requestId && { requestId }), runId, stepKey, attempt };
}
